// A node that answers as the test says: real HTTP and WebSocket on the loopback, so that what is tested is what runs.
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createSocketServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** `raw` is sent instead of the whole message; `silence`: nothing ever comes; `drop`: the connection is cut. */
export type Scripted = { readonly result: unknown } | { readonly error: unknown } | { readonly raw: string } | 'silence' | 'drop'
export type Script = (method: string, params: readonly unknown[]) => Scripted | Promise<Scripted>

export interface ScriptedRpc {
  readonly http: string
  readonly ws: string
  /** The path of a socket, one JSON object a line. */
  readonly ipc: string
  /** Methods asked for, in order. */
  readonly asked: string[]
  /** Sends a new head to all who subscribed. */
  push(head: unknown): void
  /** Cuts all connections. */
  drop(): void
  close(): Promise<void>
}

const SUBSCRIPTION = '0x5ab5'

export async function startScriptedRpc(script: Script): Promise<ScriptedRpc> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const subscribers = new Set<Socket>()
  const lines = new Set<Socket>()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', async () => {
      const text = await answer(Buffer.concat(parts).toString('utf8'))
      if (text === 'drop') return request.socket.destroy()
      if (text !== 'silence') response.setHeader('content-type', 'application/json').end(text)
    })
  })
  const answer = async (text: string): Promise<string> => {
    const { id, method, params } = JSON.parse(text) as { id: unknown; method: string; params: readonly unknown[] }
    asked.push(method)
    const scripted = await script(method, params)
    if (typeof scripted === 'string') return scripted
    return 'raw' in scripted ? scripted.raw : JSON.stringify({ jsonrpc: '2.0', id, ...scripted })
  }
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      subscribers.delete(socket)
    })
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`)
    socket.on('error', () => socket.destroy())
    onMessages(socket, async (text) => {
      if (text.includes('"eth_subscribe"')) subscribers.add(socket)
      const out = await answer(text)
      if (out === 'drop') socket.destroy()
      else if (out !== 'silence' && !socket.destroyed) socket.write(frame(out))
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const path = join(tmpdir(), `fb-${randomUUID()}.ipc`)
  const local = createSocketServer((socket) => {
    sockets.add(socket)
    let rest = ''
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      sockets.delete(socket)
      lines.delete(socket)
    })
    socket.on('data', async (chunk: Buffer) => {
      const texts = (rest + chunk.toString('utf8')).split('\n')
      rest = texts.pop() ?? ''
      for (const text of texts) {
        if (text.includes('"eth_subscribe"')) lines.add(socket)
        const out = await answer(text)
        if (out === 'drop') socket.destroy()
        else if (out !== 'silence' && !socket.destroyed) socket.write(`${out}\n`)
      }
    })
  })
  await new Promise<void>((ready) => local.listen(path, ready))
  const address = server.address()
  if (address === null || typeof address !== 'object') throw new Error('no port')
  const drop = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    http: `http://127.0.0.1:${address.port}`,
    ws: `ws://127.0.0.1:${address.port}`,
    ipc: `ipc:${path}`,
    asked,
    push(head) {
      const text = JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params: { subscription: SUBSCRIPTION, result: head } })
      for (const socket of subscribers) socket.write(frame(text))
      for (const socket of lines) socket.write(`${text}\n`)
    },
    drop,
    close() {
      const closed = [server, local].map((one) => new Promise<void>((done) => one.close(() => done())))
      drop()
      return Promise.all(closed).then(() => undefined)
    },
  }
}

/** What to answer eth_subscribe with, so that `push` is heard. */
export const SUBSCRIBED: Scripted = { result: SUBSCRIPTION }

/** Text messages of a WebSocket client, which masks them; control frames but `close` are passed over (RFC 6455, section 5). */
function onMessages(socket: Socket, onText: (text: string) => void): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      if (rest.length < 2) return
      const short = rest.readUInt8(1) & 127
      const head = short === 126 ? 4 : short === 127 ? 10 : 2
      if (rest.length < head) return
      const length = short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short
      if (rest.length < head + 4 + length) return
      const mask = rest.subarray(head, head + 4)
      const body = Buffer.from(rest.subarray(head + 4, head + 4 + length)).map((byte, i) => byte ^ (mask[i & 3] ?? 0))
      const kind = rest.readUInt8(0) & 15
      rest = rest.subarray(head + 4 + length)
      if (kind === 8) return socket.destroy()
      if (kind === 1) onText(Buffer.from(body).toString('utf8'))
    }
  })
}

function frame(text: string): Buffer {
  const body = Buffer.from(text, 'utf8')
  const head = Buffer.alloc(body.length < 126 ? 2 : body.length < 65_536 ? 4 : 10)
  head.writeUInt8(0x81, 0)
  head.writeUInt8(body.length < 126 ? body.length : body.length < 65_536 ? 126 : 127, 1)
  if (head.length === 4) head.writeUInt16BE(body.length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(body.length), 2)
  return Buffer.concat([head, body])
}
