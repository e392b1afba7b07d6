// What engine-detectors.ts finds, by hand over typed arrays: no rows, no store, no undo. The rival of the engine's bench, and its check.
import { ln } from '../../src/core/math.ts'
import type { Chunk, EventSegment } from '../../src/history/types.ts'

type Loop = (chunks: readonly Chunk[], scale: number) => number
type Floats = Float64Array

const CONTRACTS = 128
const part = ({ events }: Chunk, name: string): EventSegment | undefined => events.find(({ event }) => event.name === name)
const bigAt = (lanes: Uint32Array, row: number): bigint => {
  let value = 0n
  for (let lane = row * 8 + 7; lane >= row * 8; lane--) value = (value << 32n) | BigInt(lanes[lane] as number)
  return value
}

function large(event: string, cell: number, limitOf: (scale: number) => bigint): Loop {
  return (chunks, scale) => {
    const limit = limitOf(scale)
    const screen = Number(limit) * 0.999_999
    let found = 0
    for (const chunk of chunks) {
      const segment = part(chunk, event)
      if (!segment) continue
      const values = segment.floats[cell] as Floats
      const words = segment.words[cell] as Uint32Array
      for (let row = 0; row < segment.rows; row++) if ((values[row] as number) >= screen && bigAt(words, row) >= limit) found += 1
    }
    return found
  }
}

const BUCKETS = 12
function rate(event: string, cell: number, windowS: number, limitOf: (scale: number) => number): Loop {
  return (chunks, scale) => {
    const limit = limitOf(scale)
    const bucketS = windowS / BUCKETS
    const sums = new Float64Array(CONTRACTS * BUCKETS)
    const slots = new Float64Array(CONTRACTS * BUCKETS)
    const totals = new Float64Array(CONTRACTS)
    const newest = new Float64Array(CONTRACTS)
    let found = 0
    for (const chunk of chunks) {
      const segment = part(chunk, event)
      if (!segment) continue
      const values = segment.floats[cell] as Floats
      const { address, starts } = segment
      for (let n = 0; n < chunk.blocks; n++) {
        const slot = Math.floor((chunk.timesS[n] as number) / bucketS) + 1
        const end = starts[n + 1] as number
        for (let row = starts[n] as number; row < end; row++) {
          const contract = address[row] as number
          const at = contract * BUCKETS + (slot % BUCKETS)
          const value = Math.abs(values[row] as number)
          const isSame = slots[at] === slot
          slots[at] = slot
          sums[at] = isSame ? (sums[at] as number) + value : value
          if (isSame && newest[contract] === slot) totals[contract] = (totals[contract] as number) + value
          else {
            newest[contract] = slot
            let total = 0
            for (let k = contract * BUCKETS; k < (contract + 1) * BUCKETS; k++)
              if ((slots[k] as number) > slot - BUCKETS) total += sums[k] as number
            totals[contract] = total
          }
          if ((totals[contract] as number) > limit) found += 1
        }
      }
    }
    return found
  }
}

const keepOf = (halfLife: number): number => 2 ** (-1 / halfLife)

function unusual(event: string, cell: number): Loop {
  return (chunks, scale) => {
    const variance = new Float64Array(CONTRACTS)
    const count = new Uint32Array(CONTRACTS)
    const usual = keepOf(500)
    let found = 0
    for (const chunk of chunks) {
      const segment = part(chunk, event)
      if (!segment) continue
      const values = segment.floats[cell] as Floats
      const { address, rows } = segment
      for (let row = 0; row < rows; row++) {
        const contract = address[row] as number
        const value = values[row] as number
        const seen = count[contract] as number
        const before = variance[contract] as number
        const keep = seen === 0 ? 0 : Math.min(usual, seen / (seen + 1))
        variance[contract] = keep * before + (1 - keep) * value * value
        count[contract] = seen + 1
        if (seen >= 250 && value > 55 * scale * Math.sqrt(before)) found += 1
      }
    }
    return found
  }
}

const float = new Float64Array(1)
const halves = new Uint32Array(float.buffer)
const keyOf = (value: number): number => {
  float[0] = value
  return (halves[1] as number) >>> 16
}
const leastOf = (key: number): number => {
  halves[0] = 0
  halves[1] = key << 16
  return float[0] as number
}
function tail(event: string, cell: number): Loop {
  return (chunks, scale) => {
    const first = keyOf(1e12)
    const buckets = keyOf(1e30) - first + 1
    const counts = new Uint32Array(CONTRACTS * buckets)
    const [seen, places, unders] = [new Uint32Array(CONTRACTS), new Uint32Array(CONTRACTS), new Uint32Array(CONTRACTS)]
    let found = 0
    for (const chunk of chunks) {
      const segment = part(chunk, event)
      if (!segment) continue
      const values = segment.floats[cell] as Floats
      const { address, rows } = segment
      for (let row = 0; row < rows; row++) {
        const contract = address[row] as number
        const value = values[row] as number
        const base = contract * buckets
        let n = seen[contract] as number
        let place = places[contract] as number
        let under = unders[contract] as number
        if (n * (1 - 0.99) >= 10 && value > (12 * scale * (leastOf(first + place) + leastOf(first + place + 1))) / 2) found += 1
        const bucket = value <= 1e12 ? 0 : value >= 1e30 ? buckets - 1 : keyOf(value) - first
        counts[base + bucket] = (counts[base + bucket] as number) + 1
        n += 1
        if (bucket < place) under += 1
        const wanted = Math.ceil(0.99 * n)
        while (under >= wanted) under -= counts[base + --place] as number
        while (under + (counts[base + place] as number) < wanted) under += counts[base + place++] as number
        seen[contract] = n
        places[contract] = place
        unders[contract] = under
      }
    }
    return found
  }
}

/** A value beside the one before it. */
function step(event: string, cell: number, fires: (now: number, before: number, scale: number) => boolean): Loop {
  return (chunks, scale) => {
    const last = new Float64Array(CONTRACTS)
    const known = new Uint8Array(CONTRACTS)
    let found = 0
    for (const chunk of chunks) {
      const segment = part(chunk, event)
      if (!segment) continue
      const values = segment.floats[cell] as Floats
      const { address, rows } = segment
      for (let row = 0; row < rows; row++) {
        const contract = address[row] as number
        const value = values[row] as number
        if (known[contract] === 1 && fires(value, last[contract] as number, scale)) found += 1
        known[contract] = 1
        last[contract] = value
      }
    }
    return found
  }
}

function sigmas(event: string, cell: number, moveOf: (now: number, before: number) => number): Loop {
  return (chunks, scale) => {
    const last = new Float64Array(CONTRACTS)
    const known = new Uint8Array(CONTRACTS)
    const variance = new Float64Array(CONTRACTS)
    const count = new Uint32Array(CONTRACTS)
    const usual = keepOf(200)
    let found = 0
    for (const chunk of chunks) {
      const segment = part(chunk, event)
      if (!segment) continue
      const values = segment.floats[cell] as Floats
      const { address, rows } = segment
      for (let row = 0; row < rows; row++) {
        const contract = address[row] as number
        const value = values[row] as number
        const move = moveOf(value, known[contract] === 1 ? (last[contract] as number) : value)
        known[contract] = 1
        last[contract] = value
        const seen = count[contract] as number
        if (seen >= 100 && Math.abs(move) / Math.sqrt(variance[contract] as number) > 12 * scale) {
          found += 1
          continue
        }
        const keep = seen === 0 ? 0 : Math.min(usual, seen / (seen + 1))
        variance[contract] = keep * (variance[contract] as number) + (1 - keep) * move * move
        count[contract] = seen + 1
      }
    }
    return found
  }
}

function shift(event: string, cell: number, slack: number, least: number, awayOf: (now: number, before: number) => number): Loop {
  return (chunks, scale) => {
    const last = new Float64Array(CONTRACTS)
    const known = new Uint8Array(CONTRACTS)
    const up = new Float64Array(CONTRACTS)
    const down = new Float64Array(CONTRACTS)
    let found = 0
    for (const chunk of chunks) {
      const segment = part(chunk, event)
      if (!segment) continue
      const values = segment.floats[cell] as Floats
      const { address, rows } = segment
      for (let row = 0; row < rows; row++) {
        const contract = address[row] as number
        const value = values[row] as number
        const away = awayOf(value, known[contract] === 1 ? (last[contract] as number) : value)
        known[contract] = 1
        last[contract] = value
        const higher = Math.max(0, (up[contract] as number) + away - slack)
        const lower = Math.max(0, (down[contract] as number) - away - slack)
        const over = higher > least * scale || lower > least * scale
        up[contract] = over ? 0 : higher
        down[contract] = over ? 0 : lower
        if (over) found += 1
      }
    }
    return found
  }
}

function garch(event: string, cell: number): Loop {
  return (chunks, scale) => {
    const [omega, alpha, beta] = [2e-8, 0.05, 0.9]
    const longRun = omega / (1 - alpha - beta)
    const last = new Float64Array(CONTRACTS)
    const variance = new Float64Array(CONTRACTS).fill(longRun)
    let found = 0
    for (const chunk of chunks) {
      const segment = part(chunk, event)
      if (!segment) continue
      const values = segment.floats[cell] as Floats
      const { address, rows } = segment
      for (let row = 0; row < rows; row++) {
        const contract = address[row] as number
        const value = values[row] as number
        const move = value / ((last[contract] as number) || value) - 1
        last[contract] = value
        const before = variance[contract] as number
        variance[contract] = Math.min(longRun * 100, Math.max(longRun / 100, omega + alpha * move * move + beta * before))
        if (Math.abs(move) / Math.sqrt(before) > 12 * scale) found += 1
      }
    }
    return found
  }
}

const units = (of: number, unit: bigint) => (scale: number) => BigInt(Math.round(of * scale)) * unit

/** By the names of engine-detectors.ts. */
export const HAND_LOOPS: Readonly<Record<string, Loop>> = {
  'transfer-large': large('Transfer', 2, units(3_000, 10n ** 20n)),
  'transfer-rate': rate('Transfer', 2, 3_600, (scale) => 4e24 * scale),
  'transfer-unusual': unusual('Transfer', 2),
  'transfer-tail': tail('Transfer', 2),
  'swap-jump': step('Swap', 6, (now, before, scale) => Math.abs(now - before) > 300 * scale),
  'swap-sigmas': sigmas('Swap', 6, (now, before) => now - before),
  'swap-liquidity': step('Swap', 5, (now, before, scale) => now * 2 * scale < before),
  'swap-rate': rate('Swap', 2, 600, (scale) => 1.4e22 * scale),
  'reserve-rate': step('ReserveDataUpdated', 3, (now, before, scale) => now > 3 * scale * before),
  'reserve-index': step('ReserveDataUpdated', 4, (now, before, scale) => now < (before / scale) * 0.99),
  'reserve-shift': shift('ReserveDataUpdated', 3, 0.02, 0.5, (now) => now / 3e25 - 1),
  'supply-large': large('Supply', 4, units(3_000, 10n ** 20n)),
  'supply-rate': rate('Supply', 4, 3_600, (scale) => 9e24 * scale),
  'supply-unusual': unusual('Supply', 4),
  'borrow-rate': rate('Borrow', 4, 3_600, (scale) => 8e24 * scale),
  'borrow-price': large('Borrow', 6, units(150, 10n ** 27n)),
  'borrow-tail': tail('Borrow', 4),
  'answer-jump': sigmas('AnswerUpdated', 0, (now, before) => ln(now / before)),
  'answer-garch': garch('AnswerUpdated', 0),
  'answer-shift': shift('AnswerUpdated', 0, 0.001, 0.05, (now, before) => now / before - 1),
}
