// What we ask of a node, each question with its checked answer: the rest of ingest never sees raw JSON.
import type { Call, Hex, Log } from '../core/flow.ts'
import { isCodeCall } from '../core/words.ts'
import { codeAnswer } from './code-answer.ts'
import { isRevert, isTooManyParams, isUnsupported, MissingBlockError } from './errors.ts'
import type { HeaderForm } from './header-hash.ts'
import { readerAnswer, readerParams } from './reader.ts'
import type { Rpc } from './rpc.ts'
import {
  fail,
  type Header,
  quantity,
  type Receipt,
  readBytes,
  readHeader,
  readLogs,
  readReceipts,
  readWord,
  type Where,
} from './schemas.ts'

export class ChainClient {
  /** Does the node have eth_getBlockReceipts? Believed until it says no. */
  private hasReceipts = true
  /** Does the node take code for a call? Believed until it says no. */
  private lendsCode = true
  /** Does the node take a hash for the block of eth_getStorageAt? Believed until it says no. */
  private slotsByHash = true
  /** The highest block that the node has shown us. */
  private highest = -1
  constructor(
    readonly rpc: Rpc,
    private readonly signal: AbortSignal,
    private readonly headerForm: HeaderForm = 'unchecked',
  ) {}

  async chainId(): Promise<number> {
    return quantity(this.where('eth_chainId'), 'the chain id', await this.ask('eth_chainId', []))
  }

  /** By number or tag; null if the node has none. */
  async header(at: number | 'latest' | 'finalized'): Promise<Header | null> {
    const method = 'eth_getBlockByNumber'
    const raw = await this.ask(method, [typeof at === 'number' ? `0x${at.toString(16)}` : at, false])
    if (raw === null) return null
    const header = readHeader(this.where(method), raw, this.headerForm)
    if (typeof at === 'number' && header.number !== at) return this.wrong(method, 'number', header.number, at)
    this.highest = Math.max(this.highest, header.number)
    return header
  }

  async headerByHash(hash: Hex): Promise<Header> {
    const method = 'eth_getBlockByHash'
    const raw = await this.ask(method, [hash, false])
    if (raw === null) throw new MissingBlockError(this.rpc.endpoint, hash)
    const header = readHeader(this.where(method), raw, this.headerForm)
    return header.hash === hash ? header : this.wrong(method, 'hash', header.hash, hash)
  }

  /** All receipts of the block; undefined if the node can't give them. */
  async receipts(header: Header): Promise<readonly Receipt[] | undefined> {
    if (!this.hasReceipts) return undefined
    const method = 'eth_getBlockReceipts'
    try {
      const raw = await this.ask(method, [header.hash])
      if (raw === null) throw new MissingBlockError(this.rpc.endpoint, header.hash)
      return readReceipts(this.where(method), raw, header)
    } catch (error) {
      if (!isUnsupported(error)) throw error
      this.hasReceipts = false
      return undefined
    }
  }

  async logs(header: Header, address: readonly Hex[]): Promise<readonly Log[]> {
    const method = 'eth_getLogs'
    return readLogs(this.where(method), await this.ask(method, [{ blockHash: header.hash, address }]), header)
  }

  /** A view call on the state after the block; null: it reverted. Any other failure is thrown. */
  async call(call: Call, blockHash: Hex): Promise<Hex | null> {
    if (isCodeCall(call)) return this.code(call.to, blockHash)
    const method = 'eth_call'
    try {
      const raw = await this.ask(method, [
        { to: call.to, data: call.data },
        { blockHash, requireCanonical: false },
      ])
      return readBytes(this.where(method), 'the result', raw)
    } catch (error) {
      if (isRevert(error)) return null
      throw error
    }
  }

  /** What the Reader would say of an address's code, where a node lends it none. */
  private async code(of: Hex, blockHash: Hex): Promise<Hex> {
    const method = 'eth_getCode'
    const raw = await this.ask(method, [of, { blockHash, requireCanonical: false }])
    return codeAnswer(readBytes(this.where(method), 'the code', raw))
  }

  /**
   * Many view calls on the state after the block, in one question and from one state: the answer says which block it was, so a
   * node that moved on meanwhile is caught. undefined: the node can't lend code to a call.
   */
  async callMany(
    calls: readonly Call[],
    block: { readonly number: number; readonly hash: Hex; readonly timeS: number },
  ): Promise<readonly (Hex | null)[] | undefined> {
    if (!this.lendsCode) return undefined
    const method = 'eth_call'
    let raw: Hex
    try {
      raw = readBytes(this.where(method), 'the result', await this.ask(method, readerParams(calls, block.hash)))
    } catch (error) {
      if (!isUnsupported(error) && !isRevert(error) && !isTooManyParams(error)) throw error
      this.lendsCode = false
      return undefined
    }
    if (raw === '0x') {
      this.lendsCode = false // it passed over the code, and so asked an address that has none
      return undefined
    }
    const { number, timeS, answers } = readerAnswer(this.where(method), raw, calls.length)
    if (number !== block.number || timeS !== block.timeS)
      return this.wrong(method, 'number and time', `${number} at ${timeS}`, `${block.number} at ${block.timeS}`)
    return Promise.all(answers.map((answer, i) => (answer.ok ? answer.data : this.call(calls[i] as Call, block.hash))))
  }

  /**
   * Words of storage after the block, one a call of `slotCall`. A node that mines between looking up its newest block and reading the
   * state answers from the next one, and a word doesn't show it: if the block isn't its newest any more, all are asked once again.
   */
  async slots(
    calls: readonly Call[],
    block: { readonly number: number; readonly hash: Hex },
    again = this.highest > block.number,
  ): Promise<readonly Hex[]> {
    if (calls.length === 0) return []
    const words = await Promise.all(calls.map((call) => this.slot(call, block)))
    if (!this.slotsByHash) {
      const now = await this.header(block.number)
      if (now?.hash !== block.hash) throw new MissingBlockError(this.rpc.endpoint, block.hash)
    }
    if (again || (await this.header('latest'))?.number === block.number) return words
    return this.slots(calls, block, true)
  }

  private async slot({ to, data }: Call, { number, hash }: { readonly number: number; readonly hash: Hex }): Promise<Hex> {
    const method = 'eth_getStorageAt'
    const read = async (at: unknown): Promise<Hex> => readWord(this.where(method), 'the result', await this.ask(method, [to, data, at]))
    const byNumber = `0x${number.toString(16)}`
    if (!this.slotsByHash) return read(byNumber)
    try {
      return await read({ blockHash: hash, requireCanonical: false })
    } catch (error) {
      if (!isTooManyParams(error)) throw error
      this.slotsByHash = false
      return read(byNumber)
    }
  }

  /** As far as the node has shown us: nothing is above this block. */
  isNewest({ number }: { readonly number: number }): boolean {
    return this.highest <= number
  }

  /** Asks whether something is above it by now. */
  async hasMovedOn({ number }: { readonly number: number }): Promise<boolean> {
    return (await this.header('latest'))?.number !== number
  }

  private ask(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.rpc.request(method, params, this.signal)
  }

  private where(method: string): Where {
    return { endpoint: this.rpc.endpoint, method }
  }

  private wrong(method: string, what: string, got: unknown, want: unknown): never {
    return fail(this.where(method), `the block's ${what}`, got, `${want}, as asked for`)
  }
}
