// From a config to the rules of the fold, and their hash: what every verdict says it was judged by. No secret is in it.
import { ASSESS_RULES } from './assess/assess.ts'
import { ASSUMED_PROBABILITY } from './assess/probability.ts'
import type { Config } from './config.ts'
import { canonicalHash } from './core/canonical.ts'
import { PLAYBOOK } from './decide/playbook.ts'
import type { FoldRules } from './fold.ts'
import * as tables from './state/tables.ts'
import { LAYOUT } from './store/checkpoint.ts'
import { VERSION } from './version.ts'

export function rulesOf(config: Config): FoldRules {
  const { chain, watch, detectors } = config
  const rulesHash = canonicalHash({
    build: VERSION,
    chain: chain.id,
    fromBlock: chain.fromBlock,
    watch: watch.map((w) => w.rules),
    detectors: detectors.map(({ detector, params }) => ({ id: detector.id, params })),
    assess: ASSESS_RULES,
    probability: ASSUMED_PROBABILITY,
    playbook: PLAYBOOK,
    calibration: config.calibration?.hash,
    layout: LAYOUT,
    // by name: the order in which a module lists its exports is its loader's affair
    schema: Object.fromEntries(Object.values(tables).flatMap((t) => (typeof t === 'object' && 'schema' in t ? [[t.name, t]] : []))),
  })
  return {
    chainId: chain.id,
    protocols: watch.flatMap((w) => w.protocols),
    venues: watch.flatMap((w) => w.venues),
    detectors,
    assess: ASSESS_RULES,
    playbook: PLAYBOOK,
    ...(config.calibration && { calibration: config.calibration }),
    rulesHash,
  }
}
