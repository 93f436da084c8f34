/** In a filter a value that is no text could be an operator. Throws TypeError. */
export function text(value: string): string {
  if (typeof value !== 'string') throw new TypeError('text is expected here')
  return value
}

export function whole(value: number): number {
  if (!Number.isSafeInteger(value)) throw new TypeError('a whole number is expected here')
  return value
}
