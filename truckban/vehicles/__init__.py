"""Vehicles: what their licence, their numbers and their plate say of them."""

from truckban.vehicles.classify import Classification, Reading, classify
from truckban.vehicles.codes import VehicleCode, vehicle_codes
from truckban.vehicles.plates import Plate, plate_digit, read_plate

__all__ = [
    "Classification",
    "Plate",
    "Reading",
    "VehicleCode",
    "classify",
    "plate_digit",
    "read_plate",
    "vehicle_codes",
]
