/**
 * Slurm for tests: the real controller and two emulated nodes, as processes on the loopback interface.
 *
 * @module
 */

import { freePort, hasProgram, sleep } from "./programs.ts";

/** Programs of Debian's packages slurmctld, slurmd and slurm-client. */
const PROGRAMS = ["slurmctld-wlm", "slurmd-wlm", "sbatch", "squeue", "scontrol"] as const;

/** True if Slurm is installed. */
export const HAS_SLURM = (await Promise.all(PROGRAMS.map(hasProgram))).every((one) => one);
if (!HAS_SLURM && Deno.env.get("EMRDM_REQUIRE_SLURM") === "1") {
  throw new Error("EMRDM_REQUIRE_SLURM is set, but slurmctld, slurmd or the commands are missing");
}

/** Largest number of tasks of an array here. */
export const MOST_TASKS = 6;
const NODES = ["n1", "n2"] as const;

/** A running cluster. */
export interface Cluster {
  /** `SLURM_CONF` of its commands. */
  readonly env: Readonly<Record<string, string>>;
  /** Sends a signal to the controller. */
  signalController(signal: Deno.Signal): void;
  /** Kills the daemon of a node and starts it again. */
  restartNode(index: 0 | 1): Promise<void>;
  /** Runs one of Slurm's commands and returns what it prints. */
  run(...command: readonly string[]): Promise<string>;
  /** Ends all processes. */
  stop(): Promise<void>;
}

/** Starts a controller and two nodes of one CPU each. */
export async function startCluster(
  folder: string,
  { mostTasks = MOST_TASKS }: { readonly mostTasks?: number } = {},
): Promise<Cluster> {
  const host = Deno.hostname().split(".")[0]!;
  const ports = [freePort(), freePort(), freePort()];
  const nodes = NODES.map((name, i) =>
    `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${
      ports[i + 1]
    } CPUs=1 RealMemory=8000`
  );
  const conf = `${folder}/slurm.conf`;
  await Deno.mkdir(`${folder}/state`);
  for (const name of NODES) await Deno.mkdir(`${folder}/spool.${name}`);
  await Deno.writeTextFile(
    conf,
    [
      ...["ClusterName=test", `SlurmctldHost=${host}(127.0.0.1)`, `SlurmctldPort=${ports[0]}`],
      ...["SlurmUser=root", "SlurmdUser=root", "AuthType=auth/none", "CredType=cred/none"],
      // Requeued jobs wait for as long as a credential is valid.
      "AuthInfo=cred_expire=5",
      ...["ProctrackType=proctrack/linuxproc", "TaskPlugin=task/none", "MpiDefault=none"],
      ...["JobAcctGatherType=jobacct_gather/none", "SwitchType=switch/none", "ReturnToService=2"],
      ...["SelectType=select/cons_tres", "SelectTypeParameters=CR_CPU_Memory"],
      `StateSaveLocation=${folder}/state`,
      `SlurmdSpoolDir=${folder}/spool.%n`,
      `SlurmctldPidFile=${folder}/controller.pid`,
      `SlurmdPidFile=${folder}/%n.pid`,
      `SlurmctldLogFile=${folder}/controller.log`,
      `SlurmdLogFile=${folder}/%n.log`,
      "SchedulerParameters=sched_interval=1,batch_sched_delay=0",
      ...["MessageTimeout=5", "SlurmdTimeout=60", "KillWait=10", "InactiveLimit=0"],
      ...[`MaxArraySize=${mostTasks}`, "MaxJobCount=50000"],
      "SlurmdParameters=config_overrides",
      ...nodes,
      "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
      "",
    ].join("\n"),
  );
  const env = { SLURM_CONF: conf };
  const start = (path: string, args: readonly string[]) =>
    new Deno.Command(path, { args: [...args], env, stdout: "null", stderr: "null" }).spawn();
  const startNode = (i: number) =>
    start("/usr/sbin/slurmd-wlm", ["-D", "-d", "/usr/sbin/slurmstepd-wlm", "-N", NODES[i]!]);
  const controller = start("/usr/sbin/slurmctld-wlm", ["-D", "-c"]);
  const daemons = NODES.map((_, i) => startNode(i));
  const run = async (...[name, ...args]: readonly string[]) => {
    const { stdout } = await new Deno.Command(name!, { args, env, stderr: "null" }).output();
    return new TextDecoder().decode(stdout);
  };
  const cluster: Cluster = {
    env,
    run,
    signalController: (signal) => controller.kill(signal),
    async restartNode(i) {
      daemons[i]!.kill("SIGKILL");
      await daemons[i]!.status;
      daemons[i] = startNode(i);
    },
    async stop() {
      await run("scancel", "--me");
      const hasJobs = async () => (await run("squeue", "-h")).trim() !== "";
      for (let i = 0; i < 60 && await hasJobs(); i++) await sleep(500);
      for (const child of [...daemons, controller]) {
        child.kill("SIGTERM");
        await child.status;
      }
    },
  };
  for (let i = 0; i < 120; i++) {
    if (/\b2\b.*idle/.test(await run("sinfo", "-h", "-o", "%D %T"))) return cluster;
    await sleep(500);
  }
  await cluster.stop();
  throw new Error(`no nodes: ${await Deno.readTextFile(`${folder}/controller.log`)}`);
}
