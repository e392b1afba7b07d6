// One node's part in the agreement: it signs what it would do, signs what others propose only if that is in its own acceptable set,
// and puts k signatures together. No leader.
import { compactSignatureToSignature, parseCompactSignature, recoverAddress, serializeSignature } from 'viem'
import { canonicalHash } from '../core/canonical.ts'
import type { Approval, Certificate, Hex, Proposal } from '../core/flow.ts'
import { proposalDigest, windowsAt } from './digest.ts'
import type { Exchange } from './exchange.ts'

export interface QuorumOptions {
  readonly node: string
  readonly exchange: Exchange
  /** In the Guard's order: the index is the bit. */
  readonly signers: readonly Hex[]
  readonly k: number
  readonly windowS: number
  readonly address: Hex
  /** 64 bytes, EIP-2098. */
  readonly sign: (digest: Hex) => Promise<Hex>
  readonly onApproval?: (approval: Approval, own: boolean) => void
  /** Good signatures of this signer that weren't kept, since it sent too many: told at 1, 10, 100 and so on. */
  readonly onFlood?: (signer: Hex, dropped: number) => void
  /** The signed bytes of the waiting transactions that a proposal answers, if it answers any: others get them with our signature. */
  readonly evidenceFor?: (proposal: Proposal) => readonly Hex[] | undefined
  /** Such bytes of another signer, whose signature is good; what is in them is still to be checked. */
  readonly onEvidence?: (raws: readonly Hex[], signer: Hex) => void
  /** What a callback threw while an approval came in, such as a full disk. */
  readonly onError: (error: unknown) => void
  /** Called once a digest, when its k-th signature is here and this node accepts it itself. */
  readonly onCertificate: (certificate: Certificate) => void
}

interface Collected {
  readonly proposal: Proposal
  readonly window: number
  readonly signatures: Map<number, Hex>
  accepted: boolean
  signed: boolean
  done: boolean
}

/** Windows ahead of the present one and behind it of which approvals are kept: nodes whose heads differ, not more. */
const NEAR_WINDOWS = 2
/** Most digests kept that one signer alone stands for, in one window; all in all before the first offer, when no time is known. */
const MOST_A_SIGNER = 64

/** Waiting transactions heard of with one approval. */
const MOST_EVIDENCE = 16

export class Quorum {
  private readonly options: QuorumOptions
  private readonly collected = new Map<Hex, Collected>()
  /** By the signer's index. */
  private readonly dropped = new Map<number, number>()
  private present: number | undefined
  private readonly leave: () => void

  constructor(options: QuorumOptions) {
    this.options = options
    this.leave = options.exchange.join(options.node, (approval) => {
      this.receive(approval).catch((error: unknown) => options.onError(error))
    })
  }

  /**
   * What this node stands for at its present head: it signs `proposals` at once and `acceptable` when somebody else did.
   * What it stood for before and doesn't any more gets no further signature from it.
   */
  async offer(proposals: readonly Proposal[], acceptable: readonly Proposal[], timeS: number): Promise<void> {
    const windows = windowsAt(timeS, this.options.windowS)
    for (const c of this.collected.values()) c.accepted = false
    this.present = windows[0] ?? 0
    this.forget(this.present)
    for (const proposal of acceptable) for (const window of windows) this.slot(proposal, window).accepted = true
    for (const proposal of proposals)
      for (const window of windows) {
        const slot = this.slot(proposal, window)
        slot.accepted = true
        await this.signAndPublish(slot)
      }
    for (const slot of [...this.collected.values()]) if (slot.accepted && slot.signatures.size > 0) await this.signAndPublish(slot)
    for (const slot of [...this.collected.values()]) this.certify(slot)
  }

  /** Signs and checks something that no Guard takes, so that the first signature that counts is not the slow one. */
  async warmUp(): Promise<void> {
    const digest = canonicalHash('firebreak warm-up')
    await isSignedBy({ digest, signature: await this.options.sign(digest), signer: this.options.address })
  }

  close(): void {
    this.leave()
  }

  private slot(proposal: Proposal, window: number): Collected {
    const digest = proposalDigest(proposal, window)
    let slot = this.collected.get(digest)
    if (!slot) {
      slot = { proposal, window, signatures: new Map(), accepted: false, signed: false, done: false }
      this.collected.set(digest, slot)
    }
    return slot
  }

  private async signAndPublish(slot: Collected): Promise<void> {
    const index = this.options.signers.indexOf(this.options.address)
    if (slot.signed || index < 0) return
    slot.signed = true
    const digest = proposalDigest(slot.proposal, slot.window)
    const signature = await this.options.sign(digest)
    slot.signatures.set(index, signature)
    const { proposal, window } = slot
    const pending = this.options.evidenceFor?.(proposal)
    const approval: Approval = { proposal, window, digest, signer: this.options.address, signature, ...(pending && { pending }) }
    this.options.onApproval?.(approval, true)
    this.options.exchange.publish(this.options.node, approval)
    this.certify(slot)
  }

  private async receive(approval: Approval): Promise<void> {
    const index = this.options.signers.indexOf(approval.signer)
    if (index < 0 || index === this.options.signers.indexOf(this.options.address)) return
    if (!this.isNear(approval.window) || this.has(index, approval.digest)) return
    if (!isOwnDigest(approval)) return
    if (!(await isSignedBy(approval))) return
    // others came in while this one was checked
    if (!this.isNear(approval.window) || this.has(index, approval.digest)) return
    if (!this.hasRoom(index, approval)) return this.drop(index, approval.signer)
    const slot = this.slot(approval.proposal, approval.window)
    slot.signatures.set(index, approval.signature)
    this.options.onApproval?.(approval, false)
    if (slot.accepted) await this.signAndPublish(slot)
    else if (approval.pending) this.options.onEvidence?.(approval.pending.slice(0, MOST_EVIDENCE), approval.signer)
    this.certify(slot)
  }

  private isNear(window: number): boolean {
    return Number.isSafeInteger(window) && window >= 0 && (this.present === undefined || Math.abs(window - this.present) <= NEAR_WINDOWS)
  }

  private has(index: number, digest: Hex): boolean {
    return this.collected.get(digest)?.signatures.has(index) === true
  }

  /** What this node stands for itself is always heard. */
  private hasRoom(index: number, { digest, window }: Approval): boolean {
    if (this.collected.get(digest)?.accepted) return true
    let kept = 0
    for (const slot of this.collected.values())
      if (slot.signatures.has(index) && (this.present === undefined || slot.window === window)) kept += 1
    return kept < MOST_A_SIGNER
  }

  private drop(index: number, signer: Hex): void {
    const dropped = (this.dropped.get(index) ?? 0) + 1
    this.dropped.set(index, dropped)
    if (Number.isInteger(Math.log10(dropped))) this.options.onFlood?.(signer, dropped)
  }

  private certify(slot: Collected): void {
    const { k } = this.options
    if (slot.done || !slot.accepted || slot.signatures.size < k) return
    slot.done = true
    const chosen = [...slot.signatures].sort(([a], [b]) => a - b).slice(0, k)
    this.options.onCertificate({
      proposal: slot.proposal,
      window: slot.window,
      digest: proposalDigest(slot.proposal, slot.window),
      signers: chosen.reduce((bits, [index]) => bits | (1n << BigInt(index)), 0n),
      signatures: `0x${chosen.map(([, signature]) => signature.slice(2)).join('')}`,
    })
  }

  /** Old windows can't be executed any more, far ones aren't believed; memory stays bounded. */
  private forget(window: number): void {
    for (const [digest, slot] of this.collected)
      if (slot.window < window || slot.window > window + NEAR_WINDOWS) this.collected.delete(digest)
  }
}

function isOwnDigest({ proposal, window, digest }: Approval): boolean {
  try {
    return proposalDigest(proposal, window) === digest
  } catch {
    return false // not a proposal at all
  }
}

/** Exactly 64 bytes, which the parser doesn't check: one byte more would shift all that follow in a certificate. */
async function isSignedBy({ digest, signature, signer }: Pick<Approval, 'digest' | 'signature' | 'signer'>): Promise<boolean> {
  if (!/^0x[0-9a-f]{128}$/i.test(signature)) return false
  try {
    const full = serializeSignature(compactSignatureToSignature(parseCompactSignature(signature)))
    return (await recoverAddress({ hash: digest, signature: full })).toLowerCase() === signer
  } catch {
    return false // not a signature at all
  }
}
