// Header hashes against real headers: Ethereum's first block, and blocks of a real node, pulled and pushed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../../lab/anvil.ts'
import { honest, scriptedBlock } from '../../test/support/scripted-chain.ts'
import { startScriptedRpc } from '../../test/support/scripted-rpc.ts'
import { headerHash, isOfItsFields } from './header-hash.ts'
import { liveSource } from './live.ts'
import { profileOf } from './profiles.ts'
import { openRpc } from './rpc.ts'

type Raw = Readonly<Record<string, unknown>>
const zeros = (bytes: number) => `0x${'00'.repeat(bytes)}`
/** Of Ethereum's main network; fields and hash are known from its specification. */
const GENESIS: Raw = {
  parentHash: zeros(32),
  sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
  miner: zeros(20),
  stateRoot: '0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544',
  transactionsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  receiptsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  logsBloom: zeros(256),
  difficulty: '0x400000000',
  number: '0x0',
  gasLimit: '0x1388',
  gasUsed: '0x0',
  timestamp: '0x0',
  extraData: '0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa',
  mixHash: zeros(32),
  nonce: '0x0000000000000042',
}

test("Ethereum's first block has the hash that everybody knows", () =>
  expect(headerHash(GENESIS)).toBe('0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3'))

describe('blocks of a real node', () => {
  let anvil: Anvil
  beforeAll(async () => {
    anvil = await startAnvil({ genesisTimeS: 1_700_000_000 })
  })
  afterAll(() => anvil.stop())
  const header = (number: number) => anvil.rpc.call<Raw>('eth_getBlockByNumber', [`0x${number.toString(16)}`, false])

  test('all fit, pushed ones too; with any field changed none does', async () => {
    const from = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
    await anvil.rpc.call('anvil_mine', ['0x2'])
    await anvil.rpc.call('eth_sendTransaction', [{ from, to: from, value: '0x1' }])
    const rpc = await openRpc(`ws://127.0.0.1:${anvil.port}`, { timeoutMs: 5_000 })
    const pushed = new Promise<unknown>(
      (told) => void rpc.subscribeHeads(told, () => undefined).then(() => anvil.rpc.call('anvil_mine', ['0x1'])),
    )
    const head = (await pushed) as Raw
    rpc.close()
    expect(head['number']).toBe('0x3')
    expect(isOfItsFields(head, head['hash'] as '0x')).toBe(true)
    for (const number of [0, 1, 2, 3]) {
      const raw = await header(number)
      expect(headerHash(raw)).toBe(raw['hash'])
    }
    const raw = await header(3)
    const fields = Object.keys(GENESIS).concat(['baseFeePerGas', 'withdrawalsRoot', 'blobGasUsed', 'excessBlobGas', 'requestsHash'])
    for (const field of fields) {
      const text = String(raw[field])
      const other = text === '0x' ? '0x00' : `${text.slice(0, -1)}${text.endsWith('1') ? '2' : '1'}`
      expect(headerHash({ ...raw, [field]: other }), field).not.toBe(raw['hash'])
      expect(headerHash({ ...raw, [field]: undefined }), field).not.toBe(raw['hash'])
    }
  })
})

describe('a node that changes a header but not its hash', () => {
  const chain = [0, 1, 2, 3, 4].map((number) => scriptedBlock(number))
  const lying = (at: number, lie: (header: Raw) => Raw) =>
    startScriptedRpc(async (method, params) => {
      const answer = await honest(() => chain)(method, params)
      const header = typeof answer === 'object' && 'result' in answer ? (answer.result as Raw | null) : null
      return method.startsWith('eth_getBlockBy') && header?.['number'] === chain[at]?.header.number
        ? { result: lie(header as Raw) }
        : answer
    })

  test.each<[string, (header: Raw) => Raw]>([
    ['time', (header) => ({ ...header, timestamp: '0x1' })],
    ['bloom', (header) => ({ ...header, logsBloom: zeros(256) })],
    ['base fee', (header) => ({ ...header, baseFeePerGas: '0x8' })],
  ])('%s: refused, and no block comes of it', async (_, lie) => {
    const server = await lying(2, lie)
    const told: string[] = []
    const source = liveSource({
      chainId: 31_337,
      endpoints: [server.http],
      fromBlock: 1,
      adapter: { watches: () => [], reads: () => [] },
      profile: profileOf(31_337, { pollMs: 5 }),
      onEvent: (event) => {
        if (event.kind === 'retry') told.push(event.detail)
        if (told.length === 2) source.stop()
      },
    })
    const numbers: number[] = []
    for await (const input of source.inputs()) if (input.kind === 'committed') numbers.push(input.block.number)
    await server.close()
    expect(numbers).toEqual([1])
    expect(told[0]).toMatch(/the hash of block 2 .*config\.chain\.headerHash/)
  })

  test("edge: where the chain's form isn't known it can't be seen", async () => {
    const server = await lying(2, (header) => ({ ...header, baseFeePerGas: '0x8' }))
    const source = liveSource({
      chainId: 31_337,
      endpoints: [server.http],
      fromBlock: 1,
      adapter: { watches: () => [], reads: () => [] },
      profile: profileOf(31_337, { pollMs: 5, headerHash: 'unchecked' }),
    })
    for await (const input of source.inputs()) if (input.kind === 'committed' && input.block.number === 4) break
    await server.close()
  })
})
