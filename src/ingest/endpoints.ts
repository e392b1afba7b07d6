// One chain, one or more endpoints, one connection at a time: opened when needed, left for the next one when it fails.
import { BadDataError, UnreachableError, UserError } from '../core/errors.ts'
import type { IngestEvent } from './block-source.ts'
import { ChainClient } from './chain-client.ts'
import { nameEndpoint } from './endpoint-name.ts'
import type { HeaderForm } from './header-hash.ts'
import { openRpc } from './rpc.ts'

export interface EndpointOptions {
  readonly chainId: number
  readonly endpoints: readonly string[]
  readonly timeoutMs: number
  readonly headerForm: HeaderForm
  readonly signal: AbortSignal
  readonly onEvent: (event: IngestEvent) => void
}

export class Endpoints {
  private open: ChainClient | undefined
  private at = 0
  private everOpen = false
  constructor(private readonly options: EndpointOptions) {
    if (options.endpoints.length === 0) throw new UserError('endpoints', 'none', 'at least one')
  }

  /** The connection in use. Its chain is the configured one: the first endpoint's mismatch is the user's error, a later one's is a bad endpoint. */
  async client(): Promise<ChainClient> {
    if (this.open !== undefined) return this.open
    const { chainId, timeoutMs, headerForm, signal, onEvent } = this.options
    const address = this.address()
    const rpc = await openRpc(address, { timeoutMs })
    try {
      const client = new ChainClient(rpc, signal, headerForm)
      const got = await client.chainId()
      if (got !== chainId) throw this.wrongChain(rpc.endpoint, got)
      signal.throwIfAborted()
      this.everOpen = true
      this.open = client
      onEvent({ kind: 'connected', endpoint: rpc.endpoint, pushes: rpc.pushes })
      return client
    } catch (error) {
      rpc.close()
      throw error
    }
  }

  /** The address that the open connection leads to. */
  get inUse(): string | undefined {
    return this.open && this.address()
  }

  /** Is there another one to turn to? */
  get several(): boolean {
    return this.options.endpoints.length > 1
  }

  /** Takes a failure into account: a connection that is gone is closed, and another endpoint gets its turn if there is one. */
  failed(error: unknown): void {
    if (!this.several && !(error instanceof UnreachableError)) return
    const detail = error instanceof Error ? error.message : String(error)
    this.options.onEvent({ kind: 'lost', endpoint: nameEndpoint(this.address()).name, detail })
    this.close()
    this.at++
  }

  close(): void {
    this.open?.rpc.close()
    this.open = undefined
  }

  private address(): string {
    return this.options.endpoints[this.at % this.options.endpoints.length] ?? ''
  }

  private wrongChain(endpoint: string, got: number): Error {
    const { chainId } = this.options
    if (!this.everOpen) return new UserError(`endpoint ${endpoint}`, `chain ${got}`, `chain ${chainId}, as configured`)
    return new BadDataError({ from: endpoint, what: 'the chain id', got, want: String(chainId), retryable: true })
  }
}
