type Comparison<Row> = (a: Row, b: Row) => number

/** Ascending by code point: UTF-8 sorts so, the units of a JavaScript string do not. */
export const byText =
  <Row>(textOf: (row: Row) => string): Comparison<Row> =>
  (a, b) =>
    Buffer.compare(Buffer.from(textOf(a)), Buffer.from(textOf(b)))

export const oldestFirst = (a: { readonly createdAt: Date }, b: { readonly createdAt: Date }): number =>
  a.createdAt.getTime() - b.createdAt.getTime()
