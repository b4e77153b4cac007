"""MQTT by paho: the inbox that the intake reads, and the publisher."""
