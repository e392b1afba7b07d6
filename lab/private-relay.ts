// A private relay and the builder behind it, for the lab: takes bundles under a signed header, and hands them to the chain in the moment of its block.
import { createServer } from 'node:http'
import { type Address, type Hex, hashMessage, keccak256, recoverAddress, stringToHex } from 'viem'
import type { Rpc } from './rpc.ts'

interface Held {
  readonly raws: readonly Hex[]
  readonly firstBlock: number
  readonly lastBlock: number
}

export interface PrivateRelayServer {
  readonly url: string
  /** Who was heard under a good signature, once for each request. */
  readonly senders: readonly Address[]
  /** Off: it answers every request with an error. */
  up: boolean
  /** As the builder: what is held for the next block, and that block, in one go, so that nobody sees the first before the second. */
  mine(): Promise<number>
  close(): Promise<void>
}

/** Only on the loopback. What it holds no mempool shows. */
export async function startPrivateRelay(chain: Rpc): Promise<PrivateRelayServer> {
  const senders: Address[] = []
  let held: Held[] = []
  const relay = { up: true }

  async function answer(body: string, header: string): Promise<unknown> {
    const [address, signature] = header.split(':') as [Address, Hex | undefined]
    const hash = hashMessage(keccak256(stringToHex(body)))
    const signer = await recoverAddress({ hash, signature: signature ?? '0x' }).catch(() => undefined)
    if (signer === undefined || signer.toLowerCase() !== address.toLowerCase()) throw new Error('the signature is not of this body')
    if (!relay.up) throw new Error('the relay is down')
    senders.push(signer)
    const { method, params } = JSON.parse(body) as {
      readonly method: string
      readonly params: readonly [Readonly<Record<string, unknown>>]
    }
    const [what] = params
    if (method === 'eth_sendBundle') {
      const raws = what['txs'] as readonly Hex[]
      held.push({ raws, firstBlock: Number(what['blockNumber']), lastBlock: Number(what['blockNumber']) })
      return { bundleHash: keccak256(raws.join('') as Hex) }
    }
    if (method !== 'eth_sendPrivateTransaction') throw new Error(`no method ${method}`)
    held.push({ raws: [what['tx'] as Hex], firstBlock: 0, lastBlock: Number(what['maxBlockNumber']) })
    return keccak256(what['tx'] as Hex)
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', async () => {
      const body = Buffer.concat(parts).toString('utf8')
      const said = await answer(body, String(request.headers['x-flashbots-signature'] ?? '')).then(
        (result) => ({ result }),
        (error: Error) => ({ error: { code: -32_000, message: error.message } }),
      )
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ jsonrpc: '2.0', id: 1, ...said }))
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const bound = server.address()
  if (bound === null || typeof bound !== 'object') throw new Error('no port')
  return Object.assign(relay, {
    url: `http://127.0.0.1:${bound.port}`,
    senders,
    async mine(): Promise<number> {
      const next = Number(await chain.call<Hex>('eth_blockNumber')) + 1
      const due = held.filter(({ firstBlock, lastBlock }) => firstBlock <= next && next <= lastBlock)
      held = held.filter((one) => !due.includes(one) && one.lastBlock > next)
      const raws = [...new Set(due.flatMap((one) => one.raws))]
      await chain.batch([...raws.map((raw) => ({ method: 'eth_sendRawTransaction', params: [raw] })), { method: 'evm_mine', params: [] }])
      return next
    },
    close: () => new Promise<void>((done) => server.close(() => done())),
  })
}
