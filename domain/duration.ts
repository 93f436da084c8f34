const MILLISECONDS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Of `90s`, `15m`, `12h` or `30d`; NaN for anything else. */
export function milliseconds(duration: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(duration) ?? []
  return Number(count) * (MILLISECONDS[unit] ?? NaN)
}
