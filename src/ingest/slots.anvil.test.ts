// Storage of a real chain at each block, by hash and by number, also while blocks are mined as fast as they can be.
import { toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../../lab/anvil.ts'
import type { Hex } from '../core/flow.ts'
import { hex32, slotCall } from '../core/words.ts'
import type { BlockAdapter } from './block-source.ts'
import { ChainClient } from './chain-client.ts'
import { RpcError } from './errors.ts'
import { liveSource } from './live.ts'
import { profileOf } from './profiles.ts'
import { openRpc, type Rpc } from './rpc.ts'

/** Writes the number of the block into a slot that is no small number. */
const COUNTER: Hex = '0x00000000000000000000000000000000000c0041'
const SLOT = 2n ** 256n - 2n
/** NUMBER, PUSH32 slot, SSTORE, STOP. */
const CODE: Hex = `0x437f${hex32(SLOT).slice(2)}5500`
const SENDER: Hex = '0x00000000000000000000000000000000000005e4'

let anvil: Anvil
let endpoint: string
beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  endpoint = `http://127.0.0.1:${anvil.port}`
  await anvil.rpc.call('anvil_setCode', [COUNTER, CODE])
  await anvil.rpc.call('anvil_setBalance', [SENDER, toHex(10n ** 24n)])
  await anvil.rpc.call('anvil_impersonateAccount', [SENDER])
  for (let n = 0; n < 10; n++) await mine()
})
afterAll(() => anvil?.stop())

async function mine(): Promise<void> {
  await anvil.rpc.call('eth_sendTransaction', [{ from: SENDER, to: COUNTER, gas: '0x186a0' }])
  await anvil.rpc.call('evm_mine')
}

test.each<[string, (rpc: Rpc) => Rpc]>([
  ['by hash', (rpc) => rpc],
  [
    'by number, of a node that takes no hash',
    (rpc) => ({
      ...rpc,
      request: async (method, params, signal) => {
        if (method === 'eth_getStorageAt' && typeof params[2] !== 'string')
          throw new RpcError('test', method, -32_602, 'invalid argument 2', undefined)
        return rpc.request(method, params, signal)
      },
    }),
  ],
])('each block has its own word, %s', async (_, over) => {
  const rpc = await openRpc(endpoint, { timeoutMs: 5_000 })
  const client = new ChainClient(over(rpc), new AbortController().signal)
  const empty = slotCall(SENDER, 0n)
  for (const number of [1, 5, 10, 3]) {
    const header = await client.header(number)
    if (header === null) throw new Error(`no block ${number}`)
    expect(await client.slots([slotCall(COUNTER, SLOT), empty], header)).toEqual([hex32(BigInt(number)), hex32(0n)])
  }
  await expect(client.slots([empty], { number: 5, hash: hex32(5n) })).rejects.toThrow()
  rpc.close()
})

test.each(['http', 'ws'])('over %s, followed while it is mined on, no block has the word of another', async (scheme) => {
  const adapter: BlockAdapter = { watches: () => [], reads: () => [slotCall(COUNTER, SLOT)] }
  const source = liveSource({
    chainId: 31_337,
    endpoints: [endpoint.replace('http', scheme)],
    fromBlock: 1,
    adapter,
    profile: profileOf(31_337),
  })
  let mining = true
  const miner = (async () => {
    while (mining) await mine()
  })()
  let seen = 0
  for await (const input of source.inputs()) {
    if (input.kind !== 'committed') continue
    const { number, reads } = input.block
    expect(reads).toEqual([{ ...slotCall(COUNTER, SLOT), result: hex32(BigInt(number)) }])
    if (++seen === 150) break
  }
  mining = false
  await miner
})
