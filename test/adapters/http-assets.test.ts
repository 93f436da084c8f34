import { expect } from 'chai'
import { headerOf, serve, World } from './http-fixture.js'

describe('assets', () => {
  it('are files and the colour of the brand', async () => {
    const agent = serve(new World())
    const sheet = await agent.get('/assets/portcullis.css')
    expect(headerOf(sheet, 'content-type')).to.match(/^text\/css/)
    expect(headerOf(sheet, 'cache-control')).to.equal('max-age=3600')
    expect(headerOf(sheet, 'x-content-type-options')).to.equal('nosniff')
    const brand = await agent.get('/assets/brand.css')
    expect(headerOf(brand, 'content-type')).to.match(/^text\/css/)
    expect(brand.text.trim()).to.equal(':root{--accent:#123456;--accent-text:#fff}')
  })
})
