/**
 * The config of a model: a card in short, where an axis that is left out is the paper's choice.
 *
 * @module
 */

import type { AnyRegistry } from "../builtins.ts";
import { OptionsError } from "../core/mod.ts";
import { AXES, type CardModule, type ModelCard } from "./card.ts";
import { moduleCheck, parseCard } from "./parse_card.ts";
import { buildModules, completeCard } from "./build_modules.ts";
import type { Modules } from "./modules.ts";

/** A model as JSON: one key per axis, and the description of its images. */
export interface ModelConfig {
  /** Name of the model. Default "unnamed". */
  readonly name?: string;
  /** Purpose of the model in a sentence or two. Default empty. */
  readonly description?: string;
  /** SPDX identifier of the weights' licence. Default "NOASSERTION". */
  readonly licence?: string;
  /** Bands of the images in order. The unit of a band defaults to "DN" in JSON. */
  readonly bands: ModelCard["bands"];
  /** Processing level of the images. Default unknown, or "L1C" with B10 among the bands. */
  readonly level?: ModelCard["level"];
  /** Linear map of the bands to [−1, 1]. */
  readonly scaling: ModelCard["scaling"];
  /**
   * Default: the cloudy image, and where `length` > 1 the reference mark; with a mean of all dates, the
   * reference date, μ and its evidence.
   */
  readonly condition?: Partial<ModelCard["condition"]>;
  /** Bounds of the residual's unit; `{}` for the defaults. Default: the process runs on the images. */
  readonly residual?: Partial<NonNullable<ModelCard["residual"]>>;
  /** Side of the square training tiles, in pixels. */
  readonly tileSize: number;
  /** Most frames L in training. Default 1, mono-temporal. */
  readonly length?: number;
  /** inChannels and outChannels follow from bands and condition where they are left out. */
  readonly network: CardModule;
  /** Schedule s(t), σ(t). Default `rational` (Sec. 4). */
  readonly schedule?: CardModule;
  /** The mean μ. Default `cloudy`, as in the paper. */
  readonly mean?: CardModule;
  /** Preconditioning. Default `meanReverting` (Eqs. 14–17). */
  readonly precond?: CardModule;
  /** Distribution of σ in training. Default `logNormal`. */
  readonly noise?: CardModule;
  /** Loss weighting λ(σ). Default `inverseOutput` (Eq. 18). */
  readonly weighting?: CardModule;
  /** Noise levels σ_i of the sampler. Default `karras` (EDM Eq. 5). */
  readonly timesteps?: CardModule;
  /** Integrator of the backward process. Default `euler` (Alg. 2). */
  readonly sampler?: CardModule;
  /** Reduction of L images to one. Default `mean` (Alg. 2 l. 13). */
  readonly fusion?: CardModule;
  /** Sampler steps N. Default 5. */
  readonly steps?: number;
  /** Record of the training: data, steps, seed. Default empty. */
  readonly training?: ModelCard["training"];
}

/** The paper's choices (Sec. 4) for the axes that a config leaves out. */
const AXIS_DEFAULTS = {
  schedule: { type: "rational" },
  precond: { type: "meanReverting" },
  noise: { type: "logNormal" },
  weighting: { type: "inverseOutput" },
  timesteps: { type: "karras" },
  sampler: { type: "euler" },
  fusion: { type: "mean" },
} as const;

const CARD_DEFAULTS = {
  name: "unnamed",
  description: "",
  licence: "NOASSERTION",
  length: 1,
  steps: 5,
  training: {},
} as const;

/** The registry that knows the modules of a config. */
export interface ResolveOptions {
  /** Default the built-in modules. */
  readonly registry?: AnyRegistry;
}

/**
 * Returns the card of a config: every axis with every option.
 *
 * @throws {OptionsError} If the config is wrong anywhere; the message has the path.
 */
export function resolveCard(config: ModelConfig, options: ResolveOptions = {}): ModelCard {
  return resolveConfig(config, options).card;
}

/**
 * Returns the card of a config and its modules.
 *
 * @throws {OptionsError} If the config is wrong anywhere; the message has the path.
 */
export function resolveConfig(
  config: ModelConfig,
  options: ResolveOptions = {},
): { readonly card: ModelCard; readonly modules: Modules } {
  const { condition, ...rest } = config as unknown as Readonly<Record<string, unknown>>;
  const length = rest.length ?? CARD_DEFAULTS.length;
  const mean = (rest.mean as { readonly type?: unknown } | undefined)?.type ?? "cloudy";
  const order = mean !== "cloudy"
    ? ["cloudy", "mean", "evidence"]
    : length === 1
    ? ["cloudy"]
    : ["cloudy", "reference"];
  const axes: Record<string, unknown> = {};
  const general: Record<string, unknown> = {
    ...CARD_DEFAULTS,
    condition: { order, ...(condition as object | undefined) },
  };
  for (const [key, value] of Object.entries(rest)) {
    if (key === "mean" && value === undefined) continue;
    if (key === "mean" || (AXES as readonly string[]).includes(key)) {
      axes[key] = moduleCheck(value, `$.${key}`);
    } else if (key === "modules") {
      throw new OptionsError("$.modules", "is spelled out, one key per axis");
    } else general[key] = value;
  }
  const draft = parseCard({ ...general, modules: { ...AXIS_DEFAULTS, ...axes } });
  const how = { ...options, path: "$" };
  const card = completeCard(draft, how);
  return { card, modules: buildModules(card, how) };
}
