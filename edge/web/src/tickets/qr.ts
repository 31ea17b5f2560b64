import { encode } from "uqr";

export interface QrPicture {
  /** Modules on a side, the quiet zone included. */
  size: number;
  /** One SVG path of all dark modules. */
  path: string;
}

/** Four modules of white around it: scanners need them. */
const QUIET_ZONE = 4;

/** Draws a code on this device: no request, no third party, no network. */
export function drawQr(text: string): QrPicture {
  const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE });
  let path = "";
  data.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const start = x;
      while (row[x + 1]) x += 1;
      path += `M${start} ${y}h${x - start + 1}v1h${start - x - 1}z`;
    }
  });
  return { size, path };
}
