// Reads CSV (RFC 4180): quoted fields may hold commas, quotes and ends of lines.
export function readCsv(text) {
  const rows = [];
  let row = [];
  let field = "";
  let quoted = false;
  for (let n = 0; n < text.length; n += 1) {
    const c = text[n];
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[n + 1] === '"') { field += c; n += 1; } else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ",") { row.push(field); field = ""; } else if (c === "\n") { row.push(field.replace(/\r$/, "")); rows.push(row); row = []; field = ""; } else field += c;
  }
  if (field || row.length) rows.push([...row, field]);
  return rows;
}
