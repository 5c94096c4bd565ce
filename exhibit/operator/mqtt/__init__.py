"""MQTT: the building's automation hears of the table, and may switch it."""
