// A TCP proxy in front of one chain, so that a test can slow down or cut off one node without touching the others.
import { connect, createServer, type Socket } from 'node:net'

export interface ProxyOptions {
  readonly targetPort: number
  readonly port?: number
}

export interface Proxy {
  readonly port: number
  /** Holds back every chunk, in both directions, for this long; order is kept. */
  setDelayMs(delayMs: number): void
  /** Cuts what is open; new connections are welcome. */
  dropConnections(): void
  /** Cuts what is open and refuses new connections until `resume`. */
  stop(): Promise<void>
  resume(): Promise<void>
  close(): Promise<void>
}

export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  let delayMs = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const target = connect(options.targetPort, '127.0.0.1')
    relay(client, target, () => delayMs)
    relay(target, client, () => delayMs)
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
  })
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })
  await listen(options.port ?? 0)
  const address = server.address()
  if (address === null || typeof address !== 'object') throw new Error('the proxy has no port')
  const { port } = address
  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    const closed = new Promise<void>((done) => server.close(() => done()))
    dropConnections()
    await closed
  }
  return {
    port,
    setDelayMs: (value) => {
      delayMs = value
    },
    dropConnections,
    stop,
    resume: async () => {
      if (!server.listening) await listen(port)
    },
    close: stop,
  }
}

/** Copies one direction. A chunk leaves when its delay is over, and never before the chunk ahead of it. */
function relay(from: Socket, to: Socket, delayMs: () => number): void {
  let lastDueMs = 0
  const later = (act: () => void): void => {
    const dueMs = Math.max(lastDueMs, performance.now() + delayMs())
    lastDueMs = dueMs
    if (dueMs <= performance.now()) act()
    else setTimeout(act, dueMs - performance.now())
  }
  from.setNoDelay(true)
  from.on('data', (chunk: Buffer) => later(() => void (to.destroyed || to.write(chunk))))
  from.on('end', () => later(() => to.end()))
  from.on('error', () => to.destroy())
  from.on('close', () => later(() => to.destroy()))
}
