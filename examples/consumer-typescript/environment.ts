// The outputs of an aks-kafka stack, checked as its contract has them (docs/outputs.md).

import * as pulumi from "@pulumi/pulumi";

export class Environment {
    private readonly reference: pulumi.StackReference;

    constructor(private readonly stack: string) {
        this.reference = new pulumi.StackReference(stack);
    }

    // An output that is no secret.
    text(name: string): pulumi.Output<string> {
        return pulumi
            .all([this.reference.getOutput("contractVersion"), this.reference.getOutput(name)])
            .apply(([version, value]) => this.checked(name, version, value));
    }

    // An output that is a secret, and stays one.
    secret(name: string): pulumi.Output<string> {
        return pulumi.secret(this.text(name));
    }

    private checked(name: string, version: unknown, value: unknown): string {
        // Stacks of version 0.1.0 do not say it, and follow 1.0.
        if (!/^1\.\d+$/.test(String(version ?? "1.0"))) {
            throw new pulumi.RunError(`Stack ${this.stack} follows version ${version} of the contract of outputs, not 1.x.`);
        }
        if (value === undefined || value === null) {
            throw new pulumi.RunError(`Stack ${this.stack} has no output ${name}: deploy it, with a version that has.`);
        }
        if (typeof value !== "string") {
            // Pulumi's engine gives an empty object in place of a secret that it can't open.
            throw new pulumi.RunError(
                `Output ${name} of stack ${this.stack} can't be opened: PULUMI_CONFIG_PASSPHRASE is not that stack's.`,
            );
        }
        return value;
    }
}
