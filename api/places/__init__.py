"""Which street, junction or enterprise is meant by a few letters?"""
