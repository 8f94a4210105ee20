// The scale bar.

/** Return the longest round length (1, 2 or 5 times a power of ten, in km) not wider than `most` pixels. */
export function scaleKm(kmPerPixel: number, most: number): number {
  const longest = kmPerPixel * most;
  const power = 10 ** Math.floor(Math.log10(longest));
  const digit = longest / power;
  return (digit >= 5 ? 5 : digit >= 2 ? 2 : 1) * power;
}
