// A node on this machine over its IPC socket: one JSON object a line, answers and pushed heads alike, in any order.
import { connect, type Socket } from 'node:net'
import { UnreachableError } from '../core/errors.ts'
import type { Rpc, RpcOptions } from './rpc.ts'
import { bad, isObject, resultOf } from './rpc-answer.ts'
import { firstOf } from './wait.ts'

/** As over HTTP: answers to a block with thousands of logs are tens of megabytes. */
const MAX_LINE_BYTES = 128 * 1024 * 1024
const LINE_FEED = 10

export const isIpc = (address: string): boolean => /^(ipc:|[./])/.test(address) || address.endsWith('.ipc')

/** Connected before this resolves. Throws UnreachableError. */
export async function openIpc(address: string, { timeoutMs }: RpcOptions): Promise<Rpc> {
  const path = address.replace(/^ipc:(\/\/(?=\/))?/, '')
  const socket = connect(path)
  const wire = new Wire(address, socket)
  try {
    const opened = await firstOf(wire.opened, timeoutMs)
    if (opened === undefined) throw wire.unreachable('connect', `not connected within ${timeoutMs} ms`)
  } catch (error) {
    socket.destroy()
    throw error
  }
  const request: Rpc['request'] = async (method, params, signal) => {
    const { id, answer } = wire.ask(method, params)
    try {
      const came = await firstOf(answer, timeoutMs, signal)
      if (came === undefined) throw wire.unreachable(method, `no answer within ${timeoutMs} ms`)
      return resultOf(came.value, address, method, (text) => text)
    } finally {
      wire.forget(id)
    }
  }
  const subscribe: Rpc['subscribe'] = async (params, onItem, onLost) => {
    // items may come before we have read to which subscription they belong; this is the only one of the connection
    wire.listen(onItem, onLost)
    const id = await request('eth_subscribe', params)
    if (typeof id !== 'string') throw bad(address, 'eth_subscribe', 'the result', id, 'a subscription id')
  }
  return {
    endpoint: address,
    pushes: true,
    request,
    subscribe,
    subscribeHeads: (onHead, onLost) => subscribe(['newHeads'], onHead, onLost),
    close: () => wire.close(),
  }
}

class Wire {
  readonly opened: Promise<void>
  private readonly waiting = new Map<number, { readonly method: string; settle(answer: unknown): void; fail(error: Error): void }>()
  private readonly parts: Buffer[] = []
  private partBytes = 0
  private nextId = 1
  private ended: string | undefined
  private onHead: (header: unknown) => void = () => undefined
  private onLost: (error: UnreachableError) => void = () => undefined

  constructor(
    private readonly endpoint: string,
    private readonly socket: Socket,
  ) {
    this.opened = new Promise((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('close', () => reject(this.unreachable('connect', this.ended ?? 'closed')))
    })
    this.opened.catch(() => undefined)
    socket.on('data', (chunk: Buffer) => this.take(chunk))
    socket.on('error', (error) => this.end(error.message))
    socket.on('close', () => this.end('the node closed the connection'))
  }

  ask(method: string, params: readonly unknown[]): { readonly id: number; readonly answer: Promise<unknown> } {
    const id = this.nextId++
    if (this.ended !== undefined) return { id, answer: Promise.reject(this.unreachable(method, this.ended)) }
    const answer = new Promise<unknown>((settle, fail) => {
      this.waiting.set(id, { method, settle, fail })
    })
    answer.catch(() => undefined) // whoever asked may have gone
    this.socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    return { id, answer }
  }

  forget(id: number): void {
    this.waiting.delete(id)
  }

  listen(onHead: (header: unknown) => void, onLost: (error: UnreachableError) => void): void {
    this.onHead = onHead
    this.onLost = onLost
  }

  close(): void {
    this.onLost = () => undefined
    this.end('closed')
  }

  unreachable(method: string, detail: string): UnreachableError {
    return new UnreachableError(this.endpoint, method, detail)
  }

  private take(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.parts.push(chunk.subarray(start, end))
      start = end + 1
      const line = Buffer.concat(this.parts.splice(0)).toString('utf8')
      this.partBytes = 0
      if (line.trim() !== '') this.line(line)
      if (this.ended !== undefined) return
    }
    const rest = chunk.subarray(start)
    if (rest.length > 0) this.parts.push(rest)
    this.partBytes += rest.length
    if (this.partBytes > MAX_LINE_BYTES) this.end(`a line of more than ${MAX_LINE_BYTES} bytes`)
  }

  private line(text: string): void {
    let message: unknown
    try {
      message = JSON.parse(text)
    } catch {
      message = undefined
    }
    if (!isObject(message)) {
      this.end(`it sent what is not a JSON object: ${text.slice(0, 80)}`)
      return
    }
    if (message.method === 'eth_subscription') {
      this.onHead(isObject(message.params) ? message.params.result : undefined)
      return
    }
    const waiting = typeof message.id === 'number' ? this.waiting.get(message.id) : undefined
    if (waiting === undefined) return
    this.waiting.delete(message.id as number)
    waiting.settle(message)
  }

  /** Once: all who wait hear of it. After garbled bytes nothing that follows can be told apart, so that ends it too. */
  private end(why: string): void {
    if (this.ended !== undefined) return
    this.ended = why
    this.socket.destroy()
    for (const { method, fail } of this.waiting.values()) fail(this.unreachable(method, why))
    this.waiting.clear()
    this.onLost(this.unreachable('newHeads', why))
  }
}
