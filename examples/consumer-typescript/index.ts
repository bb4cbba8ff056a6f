// A Kafka client as a program of its own, which knows its environment from that stack's outputs.

import * as command from "@pulumi/command";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Environment } from "./environment";

const labels = { "app.kubernetes.io/name": "kafka-consumer" };
const config = new pulumi.Config();
const environment = new Environment(config.require("environment"));

// Built in the environment's registry, whenever this number grows.
const repository = "kafka-consumer:1";
const build = 'az acr build --registry "${LOGIN_SERVER%%.*}" --image "$IMAGE" --only-show-errors ../consumer/client';
const loginServer = environment.text("registryLoginServer");
const image = new command.local.Command("image", {
    create: build,
    update: build,
    environment: { LOGIN_SERVER: loginServer, IMAGE: repository },
    triggers: [repository],
});

const cluster = new kubernetes.Provider("cluster", {
    kubeconfig: environment.secret("kubeconfig"),
    // By it the provider knows the cluster again when its credentials are renewed.
    clusterIdentifier: environment.text("aksVnetId"),
});
const namespace = new kubernetes.core.v1.Namespace(
    "namespace",
    { metadata: { name: config.require("namespace") } },
    { provider: cluster },
);
new kubernetes.apps.v1.Deployment(
    "consumer",
    {
        metadata: { name: "kafka-consumer", namespace: namespace.metadata.name },
        spec: {
            replicas: 1,
            selector: { matchLabels: labels },
            template: {
                metadata: { labels },
                spec: {
                    automountServiceAccountToken: false,
                    securityContext: {
                        runAsNonRoot: true,
                        runAsUser: 10001,
                        seccompProfile: { type: "RuntimeDefault" },
                    },
                    containers: [
                        {
                            name: "consumer",
                            image: pulumi.interpolate`${loginServer}/${repository}`,
                            env: [
                                { name: "KAFKA_BOOTSTRAP_SERVERS", value: environment.text("bootstrapServers") },
                                { name: "KAFKA_TOPIC", value: environment.text("topic") },
                                { name: "KAFKA_GROUP", value: config.require("namespace") },
                            ],
                            // The pod is ready, and `pulumi up` ends, once Kafka has assigned partitions.
                            readinessProbe: { exec: { command: ["test", "-e", "/tmp/ready"] } },
                            resources: {
                                requests: { cpu: "50m", memory: "64Mi" },
                                limits: { memory: "128Mi" },
                            },
                            securityContext: {
                                allowPrivilegeEscalation: false,
                                readOnlyRootFilesystem: true,
                                capabilities: { drop: ["ALL"] },
                            },
                            volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
                        },
                    ],
                    volumes: [{ name: "tmp", emptyDir: {} }],
                },
            },
        },
    },
    { provider: cluster, dependsOn: [image] },
);

export const bootstrapServers = environment.text("bootstrapServers");
