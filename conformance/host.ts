import { request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { isIP } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Failed } from './verdict.js'

/** What is at the URL for somebody who names another host; fetch would not say it. */
export function getAs(url: string, host: string): Promise<{ status: number; text: string }> {
  const request = url.startsWith('https:') ? secure : plain
  // The certificate is for the host that is asked, whatever name is sent.
  const { hostname } = new URL(url)
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(new Failed(`GET ${url} was not answered: ${error.message}`))
    const asking = request(url, { headers: { host }, servername: isIP(hostname) === 0 ? hostname : '' }, (answer) => {
      buffer(answer).then((bytes) => resolve({ status: answer.statusCode ?? 0, text: bytes.toString() }), failed)
    })
    asking.on('error', failed)
    asking.end()
  })
}
