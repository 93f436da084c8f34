export interface Tag {
  readonly name: string
  readonly isEnd: boolean
  readonly attributes: ReadonlyMap<string, string>
  /** The text from here to the next tag. */
  readonly text: string
}

export interface Control extends Pick<Tag, 'attributes'> {
  readonly kind: string
  readonly name: string
  readonly value: string
  readonly isSet: boolean
  /** What is written on it. */
  readonly words: string
}

export interface Form {
  readonly action: string
  readonly method: string
  readonly controls: readonly Control[]
}

const COMMENT = /<!--[\s\S]*?-->/g
const TAG = /<(\/?)([a-z][a-z0-9-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>([^<]*)/gi
const ATTRIBUTE = /([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }
const BUTTON_KINDS = ['submit', 'image']

export const decodeEntities = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })

/** Every tag in order. Tolerant: what is not a tag is text. */
export const tagsOf = (html: string): Tag[] =>
  [...html.replace(COMMENT, '').matchAll(TAG)].map(([, slash, name = '', attributes = '', text = '']) => ({
    name: name.toLowerCase(),
    isEnd: slash === '/',
    attributes: new Map(
      [...attributes.matchAll(ATTRIBUTE)].map(([, key = '', a, b, c]) => [key.toLowerCase(), decodeEntities(a ?? b ?? c ?? '')]),
    ),
    text: decodeEntities(text),
  }))

/** What a person reads. */
export const wordsOf = (html: string): string =>
  decodeEntities(
    html
      .replace(COMMENT, '')
      .replace(/<(script|style)[\s\S]*?<\/\1>/gi, '')
      .replace(/<[^>]*>/g, ' '),
  ).replace(/\s+/g, ' ')

export function formsOf(html: string): Form[] {
  const forms: { action: string; method: string; controls: Control[] }[] = []
  const tags = tagsOf(html)
  let isInside = false
  for (const [index, { name, isEnd, attributes }] of tags.entries()) {
    if (name === 'form') {
      isInside = !isEnd
      if (isInside) {
        forms.push({ action: attributes.get('action') ?? '', method: (attributes.get('method') ?? 'get').toLowerCase(), controls: [] })
      }
    } else if (isInside && !isEnd && ['input', 'button', 'select'].includes(name)) forms.at(-1)?.controls.push(controlAt(tags, index))
  }
  return forms
}

function controlAt(tags: readonly Tag[], index: number): Control {
  const { name, attributes } = tags[index] ?? { name: '', attributes: new Map<string, string>() }
  const kind = name === 'select' ? 'select' : (attributes.get('type') ?? (name === 'button' ? 'submit' : 'text')).toLowerCase()
  const isChoice = kind === 'checkbox' || kind === 'radio'
  return {
    attributes,
    kind,
    name: attributes.get('name') ?? '',
    value: kind === 'select' ? chosenOption(tags, index) : (attributes.get('value') ?? (isChoice ? 'on' : '')),
    isSet: isChoice ? attributes.has('checked') : !isButton({ kind }),
    words: name === 'button' ? textUntilEnd(tags, index, name) : (attributes.get('value') ?? ''),
  }
}

export const isButton = ({ kind }: Pick<Control, 'kind'>): boolean => BUTTON_KINDS.includes(kind)

const untilEnd = (tags: readonly Tag[], index: number, name: string): readonly Tag[] => {
  const end = tags.findIndex((tag, at) => at > index && tag.isEnd && tag.name === name)
  return tags.slice(index, end === -1 ? undefined : end)
}

const textUntilEnd = (tags: readonly Tag[], index: number, name: string): string =>
  untilEnd(tags, index, name)
    .map(({ text }) => text)
    .join('')
    .trim()

function chosenOption(tags: readonly Tag[], index: number): string {
  const options = untilEnd(tags, index, 'select').filter(({ name, isEnd }) => name === 'option' && !isEnd)
  const chosen = options.find(({ attributes }) => attributes.has('selected')) ?? options[0]
  return chosen === undefined ? '' : (chosen.attributes.get('value') ?? chosen.text.trim())
}
