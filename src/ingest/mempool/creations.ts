// A node that simulates calls and not creations (anvil's eth_simulateV1 wants a `to`): blocks with a creation are traced there.
import { RpcError } from '../errors.ts'
import type { Engine } from './engine.ts'

export function withCreations(simulates: Engine, traces: Engine): Engine {
  let creates = true
  return {
    name: simulates.name,
    async run(on, txs, calls, environment, signal) {
      const creating = txs.some(({ to }) => to === null)
      if (creating && !creates) return traces.run(on, txs, calls, environment, signal)
      try {
        return await simulates.run(on, txs, calls, environment, signal)
      } catch (error) {
        if (!creating || !(error instanceof RpcError) || !/"to"|missing keys/.test(error.text)) throw error
        creates = false
        return traces.run(on, txs, calls, environment, signal)
      }
    },
  }
}
