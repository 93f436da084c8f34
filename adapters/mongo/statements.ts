import { randomUUID } from 'node:crypto'
import type { Collection, Filter, UpdateFilter } from 'mongodb'
import type { Within } from './asking.js'
import type { Stored } from './documents.js'
import { text } from './values.js'

/** Written with a change, so that the same call finds its own work again. */
export const newMark = (): string => randomUUID()

/** Changes nothing. As a write it is confirmed by the majority like any other, and with it what it found. */
export const NOTHING = { $setOnInsert: { nothing: true } } as const

/** So many later changes of one document may overtake a call that asks again. */
const REMEMBERED_CHANGES = 16

/** The change, which also notes its mark in the document: `changedBy` then matches it. */
export const noting = (mark: string, change: object): UpdateFilter<Stored> => ({
  ...change,
  // Of documents whose fields are open the driver's types know no lists.
  $push: { ...('$push' in change && (change.$push as object)), changedBy: { $each: [mark], $slice: -REMEMBERED_CHANGES } as never },
})

/** A condition on the fields that have a value. */
export const matching = (values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, text(value)]])))

/** So that a filter that lost its fields does not end everything. */
export function demandField(filter: object): void {
  if (Object.values(filter).every((value) => value === undefined)) throw new TypeError('a filter needs at least one field')
}

/** Whether one of these is there; what was found is confirmed. */
export async function isThere(collection: Collection<Stored>, filter: Filter<Stored>, within: Within): Promise<boolean> {
  return (await collection.updateOne(filter, NOTHING, within())).matchedCount === 1
}

/**
 * Changes every document that is `open`, so that it is `marked`; how many. What is made here may be run again: it counts what an earlier run
 * changed, too.
 */
export function changingAll(collection: Collection<Stored>, open: Filter<Stored>, change: UpdateFilter<Stored>, marked: Filter<Stored>) {
  let mayHaveRun = false
  return async (within: Within): Promise<number> => {
    const isRepeated = mayHaveRun
    mayHaveRun = true
    const { modifiedCount } = await collection.updateMany(open, change, within())
    return isRepeated ? collection.countDocuments(marked, within()) : modifiedCount
  }
}
