/**
 * As much of Testcontainers as examples/testcontainers uses. It is not installed here: it needs a container engine, and
 * brings a hundred packages along.
 */
declare module 'testcontainers' {
  export interface StartedTestContainer {
    getHost(): string;
    getMappedPort(port: number): number;
    stop(): Promise<unknown>;
  }
  export interface WaitStrategy {
    startupTimeout: number;
  }
  export const Wait: { forHttp(path: string, port: number): WaitStrategy };
  export class GenericContainer {
    constructor(image: string);
    withExposedPorts(...ports: number[]): this;
    withWaitStrategy(strategy: WaitStrategy): this;
    start(): Promise<StartedTestContainer>;
  }
}
