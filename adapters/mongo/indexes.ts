import { isDeepStrictEqual } from 'node:util'
import type { Document } from 'mongodb'
import type { IndexPart } from './schema.js'

/** Whether the server keeps only one of the two, whatever their names. The order of the fields in a key matters. */
export const isAlike = (there: Document, wanted: IndexPart): boolean =>
  isDeepStrictEqual(Object.entries(there['key'] as object), Object.entries(wanted.key)) &&
  (there['unique'] === true) === (wanted.unique === true) &&
  (there['sparse'] === true) === (wanted.sparse === true) &&
  there['partialFilterExpression'] === undefined

/** Whether it does what the other is wanted for. */
export const standsFor = (there: Document, wanted: IndexPart): boolean =>
  isAlike(there, wanted) && there['expireAfterSeconds'] === wanted.expireAfterSeconds

/** What is to be done, given the indexes of its collection. One that an operator made under another name will do: a second one is refused beside it. */
export function toDoFor(wanted: IndexPart, there: readonly Document[]): 'create-index' | 'replace-index' | undefined {
  const named = there.find(({ name }) => name === wanted.name)
  if (named !== undefined) return standsFor(named, wanted) ? undefined : 'replace-index'
  return there.some((other) => standsFor(other, wanted) && other['collation'] === undefined) ? undefined : 'create-index'
}
