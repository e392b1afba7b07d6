// A JSON-RPC server in front of a chain, over HTTP, that can refuse or change what one method answers: endpoints as they are out there.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** undefined: ask the chain. */
export type Twist = (method: string, params: readonly unknown[]) => { readonly error: string } | { readonly result: unknown } | undefined

export interface Between {
  readonly url: string
  /** What was asked, in order. */
  readonly asked: { readonly method: string; readonly params: readonly unknown[] }[]
  close(): Promise<void>
}

export async function between(chainUrl: string, twist: Twist): Promise<Between> {
  const asked: Between['asked'] = []
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts).toString()
    const { id, method, params } = JSON.parse(body) as { id: unknown; method: string; params: readonly unknown[] }
    asked.push({ method, params })
    const twisted = twist(method, params)
    response.setHeader('content-type', 'application/json')
    if (twisted === undefined) {
      const answer = await fetch(chainUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      response.end(await answer.text())
    } else if ('error' in twisted) response.end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: twisted.error } }))
    else response.end(JSON.stringify({ jsonrpc: '2.0', id, result: twisted.result }))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
