import type * as l1 from './l1';
import { checkHttpUrl } from './private/http-url';
import type { Problem } from './private/problem';

/** Whether traces, metrics and logs of a workload are sent, and where to. */
export class Telemetry {
  /**
   * They are sent by OTLP over gRPC.
   *
   * @param endpoint where to, for example `http://otel-collector.observability:4317`; left out, where the operator is set up to send them
   */
  public static otlp(endpoint?: string): Telemetry {
    return new Telemetry(true, endpoint);
  }

  /** They are not sent, wherever the operator is set up to send them. */
  public static off(): Telemetry {
    return new Telemetry(false);
  }

  private constructor(private readonly enabled: boolean, private readonly endpoint?: string) {}

  /** @internal */
  public _render(): l1.Telemetry {
    return { enabled: this.enabled, endpoint: this.endpoint };
  }

  /** @internal */
  public _check(path: string): Problem[] {
    return this.endpoint === undefined ? [] : checkHttpUrl(this.endpoint, `${path}.endpoint`, 'http://otel-collector.observability:4317');
  }
}
