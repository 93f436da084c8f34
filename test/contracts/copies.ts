import { expect } from 'chai'

/** Changes everything in it that can be changed. */
export function scribble(thing: object): void {
  if (thing instanceof Date) thing.setTime(0)
  for (const [name, value] of Object.entries(thing) as [string, unknown][])
    if (typeof value === 'object' && value !== null) scribble(value)
    else Reflect.set(thing, name, 'scribbled')
}

/** What was put comes back whole, and neither who put it nor who got it holds what the store holds. */
export async function expectCopies<Thing extends object>(
  given: Thing,
  put: (thing: Thing) => Promise<unknown>,
  get: () => Promise<Thing | undefined>,
): Promise<void> {
  // Of its own: what was given may share a moment or a list with other tests.
  const [thing, original] = [structuredClone(given), structuredClone(given)]
  await put(thing)
  expect(thing, 'putting leaves it alone').to.deep.equal(original)
  scribble(thing)
  const got = await get()
  expect(got, 'after whoever put it scribbled').to.deep.equal(original)
  scribble(got!)
  expect(await get(), 'after whoever got it scribbled').to.deep.equal(original)
}
