import { expect } from 'chai'
import { de } from '../../adapters/http/texts/de.js'
import { en } from '../../adapters/http/texts/en.js'

type Leaf = string | readonly string[] | ((...values: never[]) => string)

/** Every text by its place, `signIn.title`. */
function leaves(texts: object, place = ''): Map<string, Leaf> {
  return new Map(
    Object.entries(texts).flatMap(([name, text]: [string, unknown]): [string, Leaf][] => {
      const here = place === '' ? name : `${place}.${name}`
      const isLeaf = typeof text !== 'object' || text === null || Array.isArray(text)
      return isLeaf ? [[here, text as Leaf]] : [...leaves(text, here)]
    }),
  )
}

const placeholders = (text: Leaf): readonly string[] => (typeof text === 'string' ? (text.match(/\{\w+\}/g) ?? []).sort() : [])

describe('the texts of the pages', () => {
  const [english, german] = [leaves(en), leaves(de)]

  it('are there in English and in German, with the same keys', () => {
    expect(english.size).to.be.greaterThan(80)
    expect([...german.keys()].sort()).to.deep.equal([...english.keys()].sort())
  })

  it('say something, and let the same come in', () => {
    for (const [place, text] of english) {
      const other = german.get(place)
      expect(typeof other, place).to.equal(typeof text)
      if (typeof text !== 'string' || typeof other !== 'string') continue
      expect(other.trim(), place).to.not.equal('')
      expect(text.trim(), place).to.not.equal('')
      expect(placeholders(other), place).to.deep.equal(placeholders(text))
    }
  })

  it('are translated, but for a few words that are the same in both', () => {
    const same = [...english].filter(([place, text]) => typeof text === 'string' && text.length > 12 && german.get(place) === text)
    expect(same).to.deep.equal([])
  })
})
