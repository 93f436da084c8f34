import fc from 'fast-check'

const flip = (text: string, at: number, bit: number): string =>
  text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1)

const swapCase = (letter: string): string => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())

/** The text with each of its bits flipped in turn. */
export function* everyBitFlipped(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) for (let bit = 0; bit < 8; bit++) yield flip(text, at, bit)
}

/** What somebody makes of genuine texts: bits flipped, cut, extended, joined, spliced, its case changed; never one of them. */
export function mutated(genuine: readonly string[]): fc.Arbitrary<string> {
  const one = fc.constantFrom(...genuine)
  const place = (text: string) => fc.nat(text.length - 1)
  const bits = (text: string) => fc.array(fc.tuple(place(text), fc.nat(7)), { minLength: 1, maxLength: 4 })
  const tail = fc.oneof(
    fc.base64String({ minLength: 1, maxLength: 90 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 9 }),
    fc.constantFrom('A', '_', '-', '=', '==', '.', ' ', '\n', '\0', '\u00a0', '\u200b'),
  )
  return fc
    .oneof(
      one.chain((text) => bits(text).map((flips) => flips.reduce((so, [at, bit]) => flip(so, at, bit), text))),
      one.chain((text) => fc.tuple(place(text), place(text)).map(([from, to]) => text.slice(from, to))),
      one.chain((text) => place(text).map((at) => text.slice(0, at) + text.slice(at + 1))),
      fc.tuple(one, tail).map((parts) => parts.join('')),
      fc.tuple(tail, one).map((parts) => parts.join('')),
      fc.tuple(one, fc.constantFrom('', '.', ' ', ',', '&'), one).map((parts) => parts.join('')),
      fc.tuple(one, one).chain(([text, other]) => place(text).map((at) => text.slice(0, at) + other.slice(at))),
      one.chain((text) => place(text).map((at) => text.slice(0, at) + swapCase(text.charAt(at)) + text.slice(at + 1))),
      one.map((text) => text.toUpperCase()),
      one.map((text) => text.toLowerCase()),
    )
    .filter((text) => !genuine.includes(text))
}
