// A small chain made of nothing but consistent answers: what an honest node would say, to be spoilt by a test.
import { decodeFunctionData, encodeFunctionResult } from 'viem'
import { Reader } from '../../src/contracts/Reader.ts'
import type { Hex } from '../../src/core/flow.ts'
import { bloomOf, bloomText } from '../../src/ingest/bloom.ts'
import { headerHash } from '../../src/ingest/header-hash.ts'
import { type Script, type Scripted, SUBSCRIBED } from './scripted-rpc.ts'

export const word = (number: number | bigint): Hex => `0x${number.toString(16).padStart(64, '0')}`
export const at = (number: number): Hex => `0x${number.toString(16).padStart(40, '0')}`
const quantity = (number: number): Hex => `0x${number.toString(16)}`

export interface ScriptedBlock {
  readonly header: {
    readonly number: Hex
    readonly hash: Hex
    readonly parentHash: Hex
    readonly timestamp: Hex
    readonly logsBloom: Hex
    readonly transactions: readonly Hex[]
  }
  readonly receipts: readonly { readonly logs: readonly { readonly address: Hex }[] }[]
}

/** Fields of a header that matter to nobody but its hash. */
const FILLER = {
  sha3Uncles: word(0x1dcc),
  miner: at(0xc0),
  stateRoot: word(0x57a7e),
  transactionsRoot: word(0x78),
  receiptsRoot: word(0x4e),
  difficulty: '0x0',
  gasLimit: '0x3938700',
  gasUsed: '0x0',
  extraData: '0x',
  mixHash: word(0),
  nonce: '0x0000000000000000',
  baseFeePerGas: '0x7',
  withdrawalsRoot: word(0x3d),
  blobGasUsed: '0x0',
  excessBlobGas: '0x0',
  parentBeaconBlockRoot: word(0),
  requestsHash: word(0xe3),
}
const made = new Map<string, ScriptedBlock>()

/** Block n has n % 3 transactions with two logs each: of the contract 0xa1, and of one that nobody watches. Branches part at block 3. */
export function scriptedBlock(number: number, onBranch = 0): ScriptedBlock {
  const branch = number < 3 ? 0 : onBranch
  const key = `${number}:${branch}`
  const block = made.get(key) ?? makeBlock(number, branch)
  made.set(key, block)
  return block
}

function makeBlock(number: number, branch: number): ScriptedBlock {
  const txs = Array.from({ length: number % 3 }, (_, i) => word(1_000_000 + 10 * number + i + 100_000 * branch))
  const logsOf = (txIndex: number) =>
    [at(0xa1), at(0xb0 + number)].map((address, i) => ({
      address,
      topics: [word(0x11), word(number)],
      data: word(txIndex),
      logIndex: quantity(2 * txIndex + i),
    }))
  const fields = {
    ...FILLER,
    number: quantity(number),
    parentHash: number === 0 ? word(0) : scriptedBlock(number - 1, branch).header.hash,
    timestamp: quantity(1_700_000_000 + 12 * number),
    logsBloom: bloomText(bloomOf(txs.flatMap((_, txIndex) => logsOf(txIndex)))),
    extraData: quantity(0x100 + branch).replace('0x', '0x0') as Hex,
  }
  const hash = headerHash(fields)
  if (hash === undefined) throw new Error('a field is missing')
  const receipts = txs.map((transactionHash, txIndex) => {
    const place = { blockHash: hash, transactionHash, transactionIndex: quantity(txIndex) }
    const logs = logsOf(txIndex).map((log) => ({ ...place, removed: false, ...log }))
    return { ...place, logs, logsBloom: bloomText(bloomOf(logs)) }
  })
  return { header: { ...fields, hash, transactions: txs }, receipts }
}

/** An honest node on a chain of these blocks, the first being block 0; every call, alone or by the lent Reader, returns the word 7, every slot the word of the block's number. */
export function honest(chain: () => readonly ScriptedBlock[], chainId = 31_337): Script {
  const find = (hash: unknown): ScriptedBlock | undefined => chain().find(({ header }) => header.hash === hash)
  return (method, params): Scripted => {
    const [first, second, third] = params as [unknown, unknown, unknown]
    switch (method) {
      case 'eth_chainId':
        return { result: quantity(chainId) }
      case 'eth_subscribe':
        return SUBSCRIBED
      case 'eth_getBlockByNumber':
        if (first === 'latest') return { result: chain().at(-1)?.header ?? null }
        return { result: first === 'finalized' ? (chain()[0]?.header ?? null) : (chain()[Number(first)]?.header ?? null) }
      case 'eth_getBlockByHash':
        return { result: find(first)?.header ?? null }
      case 'eth_getBlockReceipts':
        return { result: find(first)?.receipts ?? null }
      case 'eth_getLogs': {
        const { blockHash, address } = first as { blockHash: Hex; address: readonly Hex[] }
        const block = find(blockHash)
        if (block === undefined) return { error: { code: -32_000, message: 'unknown block' } }
        return { result: block.receipts.flatMap(({ logs }) => logs.filter((log) => address.includes(log.address))) }
      }
      case 'eth_call': {
        const block = find((second as { blockHash: Hex }).blockHash)
        if (block === undefined) return { error: { code: -32_001, message: 'block not found' } }
        return { result: third === undefined ? word(7) : readerAnswer(block, (first as { data: Hex }).data) }
      }
      case 'eth_getStorageAt': {
        const block = typeof third === 'string' ? chain()[Number(third)] : find((third as { blockHash: Hex }).blockHash)
        if (block === undefined) return { error: { code: -32_001, message: 'block not found' } }
        return { result: word(BigInt(block.header.number)) }
      }
      default:
        return { error: { code: -32_601, message: `the method ${method} does not exist` } }
    }
  }
}

function readerAnswer({ header }: ScriptedBlock, data: Hex): Hex {
  const [calls] = decodeFunctionData({ abi: Reader.abi, data }).args
  const answers = calls.map(() => ({ ok: true, data: word(7) }))
  return encodeFunctionResult({ abi: Reader.abi, functionName: 'read', result: [BigInt(header.number), BigInt(header.timestamp), answers] })
}
