"""The embedded broker: a NATS server as a child process, with MQTT on."""
