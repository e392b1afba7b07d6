// The pool's own guardian pauses WBTC for twenty blocks for reasons of its own, and lets it go again. Nodes have nothing to add.
import { encodeFunctionData, parseAbi } from 'viem'
import { assetOf } from '../../operations.ts'
import { honestDay } from '../honest-day.ts'

const [PAUSES, RESUMES] = [40, 60]
const abi = parseAbi(['function setReservePause(address asset, bool paused)'])

export const guardianActs = honestDay({
  id: 'guardian-acts',
  title: "The owners' Safe pauses WBTC for twenty blocks and resumes it",
  begin: (lab) => ({
    async next(n, state) {
      if (n !== PAUSES && n !== RESUMES) return []
      const args = [assetOf(lab.deployment, 'WBTC').address, n === PAUSES] as const
      const data = encodeFunctionData({ abi, functionName: 'setReservePause', args })
      return [await lab.safeTx(state.block, n === PAUSES ? 'pause WBTC' : 'resume WBTC', lab.deployment.configurator, data)]
    },
  }),
})
