import type { Page } from 'playwright-core'

export const HTTPS = 'https://as.test'
const NEIGHBOUR = 'https://evil.as.test'

interface Header {
  readonly name: string
  readonly value: string
}

interface Answer {
  readonly responseCode: number
  readonly responseHeaders: Header[]
  readonly body: string
}

const base64 = (bytes: ArrayBuffer | string) => (typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes)).toString('base64')

/** What a subdomain can try to leave behind for the host above it. */
const tossed = (value: string): Answer => ({
  responseCode: 200,
  responseHeaders: [
    { name: 'Content-Type', value: 'text/html' },
    { name: 'Set-Cookie', value: `__Host-portcullis=${value}; Domain=as.test; Path=/; Secure` },
    { name: 'Set-Cookie', value: `__Host-portcullis=${value}; Path=/account; Secure` },
    { name: 'Set-Cookie', value: `portcullis=${value}; Domain=as.test; Path=/; Secure` },
  ],
  body: base64('<!doctype html><title>Another host</title>'),
})

/** A page whose browser finds the server of this port at HTTPS, and beneath it a subdomain that tosses cookies of this value. */
export async function overHttps(page: Page, port: number, value: string): Promise<void> {
  const context = page.context()
  const devtools = await context.newCDPSession(page)
  const answer = async (url: string): Promise<Answer> => {
    if (url.startsWith(NEIGHBOUR)) return tossed(value)
    const cookie = (await context.cookies(url)).map((one) => `${one.name}=${one.value}`).join('; ')
    const there = `http://localhost:${port.toString()}${url.slice(HTTPS.length)}`
    const got = await fetch(there, { redirect: 'manual', headers: { cookie, 'X-Forwarded-Proto': 'https' } })
    const responseHeaders = [...got.headers].filter(([name]) => name !== 'content-encoding').map(([name, value]) => ({ name, value }))
    return { responseCode: got.status, responseHeaders, body: base64(await got.arrayBuffer()) }
  }
  devtools.on('Fetch.requestPaused', ({ requestId, request }) => {
    const fulfil = async () => devtools.send('Fetch.fulfillRequest', { requestId, ...(await answer(request.url)) })
    void fulfil().catch(() => undefined)
  })
  await devtools.send('Fetch.enable', { patterns: [{ urlPattern: 'https://*' }] })
}
