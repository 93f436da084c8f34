import { recordKey, type Aggregate, type Records } from '../../domain/records.js'
import { SHAPES, type Shape } from './shapes.js'
import { text } from './values.js'

/** A document of any collection. Beside the fields of its record it may have marks of this adapter. */
export interface Stored {
  readonly _id: string
  readonly [field: string]: unknown
}

const shapesOf = (aggregate: Aggregate): (readonly [string, Shape])[] => Object.entries<Shape>(SHAPES[aggregate])

export function documentOf<A extends Aggregate>(aggregate: A, record: Records[A]): Stored {
  const values = new Map(Object.entries(record))
  const fields = shapesOf(aggregate)
    .filter(([name, { isKey }]) => isKey !== true && values.get(name) !== undefined)
    .map(([name, { write }]) => [name, write === undefined ? values.get(name) : write(values.get(name))] as const)
  return { ...Object.fromEntries(fields), _id: text(recordKey(aggregate, record)) }
}

/** What an absent optional field is: the names of those that the document lacks. */
export const absentFrom = (aggregate: Aggregate, document: Stored): readonly string[] =>
  shapesOf(aggregate)
    .filter(([name, { isOptional }]) => isOptional === true && document[name] === undefined)
    .map(([name]) => name)

/** Without marks; a field that is null counts as absent. */
export function recordOf<A extends Aggregate>(aggregate: A, document: Stored): Records[A] {
  const fields = shapesOf(aggregate)
    .map(([name, shape]) => [name, shape, document[shape.isKey === true ? '_id' : name] ?? shape.whenAbsent?.()] as const)
    .filter(([, , stored]) => stored !== undefined && stored !== null)
    .map(([name, { read }, stored]) => [name, read === undefined ? stored : read(stored)] as const)
  return Object.fromEntries(fields) as unknown as Records[A]
}
