// A real node: an import with all reads gives the blocks that following the chain gives, logs and reads, byte for byte.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../../lab/anvil.ts'
import type { BlockInput, Hex } from '../core/flow.ts'
import { openHistory } from '../history/history.ts'
import { liveSource } from '../ingest/live.ts'
import { profileOf } from '../ingest/profiles.ts'
import { erc20 } from '../protocols/erc20/index.ts'
import { Answers } from '../state/protocol.ts'
import { createWorld } from '../state/world.ts'
import { type ImportRpcOptions, importRpc } from './import-rpc.ts'

const CHAIN_ID = 31_337
const BLOCKS = 300
const TOKEN: Hex = '0x00000000000000000000000000000000000c0042'
const SENDER: Hex = '0x00000000000000000000000000000000000005e4'
const TRANSFER = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
/** Called with data it returns the number of the block, whatever is asked; without, it emits Transfer(0, caller, number of the block). */
const CODE: Hex = `0x36603257436000523360007f${TRANSFER}60206000a3005b4360005260206000f3`
const protocols = () => [erc20({ chainId: CHAIN_ID, tokens: [{ name: 'T', token: TOKEN, decimals: 18, holders: [SENDER] }] })]

let anvil: Anvil
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-import-anvil-'))
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  await anvil.rpc.call('anvil_setCode', [TOKEN, CODE])
  await anvil.rpc.call('anvil_setBalance', [SENDER, toHex(10n ** 24n)])
  await anvil.rpc.call('anvil_impersonateAccount', [SENDER])
  for (let n = 0; n < BLOCKS; n++) {
    for (let i = 0; i < n % 3; i++) await anvil.rpc.call('eth_sendTransaction', [{ from: SENDER, to: TOKEN, gas: '0x186a0' }])
    await anvil.rpc.call('evm_mine')
  }
})
afterAll(async () => {
  await anvil?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function followed(): Promise<readonly BlockInput[]> {
  const world = createWorld(CHAIN_ID)
  const adapters = protocols()
  const source = liveSource({
    chainId: CHAIN_ID,
    endpoints: [anvil.url],
    fromBlock: 1,
    profile: profileOf(CHAIN_ID),
    adapter: {
      watches: () => adapters.flatMap((p) => p.watches(world)),
      reads: (block, sofar) => adapters.flatMap((p) => p.reads(world, block, new Answers(sofar))),
    },
  })
  const blocks: BlockInput[] = []
  for await (const input of source.inputs()) {
    if (input.kind !== 'committed') continue
    blocks.push(input.block)
    world.store.begin()
    for (const protocol of adapters) protocol.apply(world, input.block, new Answers(input.block.reads))
    if (blocks.length === BLOCKS) break
  }
  source.stop()
  return blocks
}

const options = (): Omit<ImportRpcOptions, 'history' | 'reads'> => ({
  chainId: CHAIN_ID,
  endpoints: [anvil.url],
  timeoutMs: 10_000,
  headerForm: 'ethereum',
  protocols: protocols(),
  fromBlock: 1,
  toBlock: BLOCKS,
  batch: 100,
  inFlight: 4,
  stop: new AbortController().signal,
  onProgress: () => undefined,
  onNote: (text) => {
    throw new Error(text)
  },
})

/** Out of the columns. */
function blocksOf(name: string): readonly BlockInput[] {
  return [...openHistory(join(folder, name), CHAIN_ID).chunks(1, BLOCKS)].flatMap((chunk) =>
    Array.from({ length: chunk.blocks }, (_, n) => {
      const { chainId, number, hash, parentHash, timeS, logs, reads } = chunk.block(n)
      const copied = logs.map(({ address, topics, data, txHash, txIndex, logIndex }) => ({
        address,
        topics,
        data,
        txHash,
        txIndex,
        logIndex,
      }))
      return { chainId, number, hash, parentHash, timeS, logs: copied, reads: reads.map((read) => ({ ...read })) }
    }),
  )
}

test('all reads: what following the chain gives; none: the same without reads, by the byte scanner', async () => {
  const all = await importRpc({ ...options(), history: openHistory(join(folder, 'all'), CHAIN_ID), reads: { kind: 'all' } })
  expect(all).toMatchObject({ added: BLOCKS, logs: BLOCKS, nextBlock: null })
  const live = await followed()
  expect(blocksOf('all')).toEqual(live)
  expect(live.reduce((sum, { reads }) => sum + reads.length, 0)).toBeGreaterThanOrEqual(BLOCKS)
  await importRpc({ ...options(), history: openHistory(join(folder, 'none'), CHAIN_ID), reads: { kind: 'none' } })
  expect(blocksOf('none')).toEqual(live.map((block) => ({ ...block, reads: [] })))
})
