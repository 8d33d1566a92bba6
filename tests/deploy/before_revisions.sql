-- The tables as the program made them before databases carried a revision. Never change this file.
CREATE TABLE readings (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    gauge_id VARCHAR(64) NOT NULL,
    quantity VARCHAR(32) NOT NULL,
    "key" VARCHAR(80) NOT NULL,
    revision INTEGER NOT NULL,
    value FLOAT NOT NULL,
    observed_at DATETIME NOT NULL,
    device_at DATETIME,
    device_seq BIGINT,
    received_at DATETIME NOT NULL,
    quality VARCHAR(16) NOT NULL,
    reasons VARCHAR(128) NOT NULL,
    UNIQUE (gauge_id, quantity, "key", revision)
);
CREATE INDEX readings_by_time ON readings (gauge_id, observed_at);
CREATE INDEX readings_by_observed ON readings (observed_at);
CREATE TABLE latest_readings (
    gauge_id VARCHAR(64) NOT NULL,
    quantity VARCHAR(32) NOT NULL,
    seq INTEGER NOT NULL,
    good_seq INTEGER,
    PRIMARY KEY (gauge_id, quantity)
);
CREATE TABLE camera_reports (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    camera_id VARCHAR(64) NOT NULL,
    state VARCHAR(16) NOT NULL,
    reason VARCHAR(200) NOT NULL,
    reported_at DATETIME NOT NULL,
    received_at DATETIME NOT NULL,
    UNIQUE (camera_id, reported_at, state)
);
CREATE TABLE stills (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    camera_id VARCHAR(64) NOT NULL,
    taken_at DATETIME NOT NULL,
    received_at DATETIME NOT NULL,
    file VARCHAR(200) NOT NULL,
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    clock_suspect INTEGER NOT NULL,
    UNIQUE (camera_id, taken_at, file)
);
CREATE TABLE dead_letters (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    received_at DATETIME NOT NULL,
    topic TEXT NOT NULL,
    reason VARCHAR(40) NOT NULL,
    detail TEXT NOT NULL,
    head BLOB NOT NULL,
    size_bytes INTEGER NOT NULL
);
CREATE INDEX ix_dead_letters_reason ON dead_letters (reason);
CREATE TABLE registry_items (
    section VARCHAR(16) NOT NULL,
    id VARCHAR(100) NOT NULL,
    document JSON NOT NULL,
    position INTEGER NOT NULL,
    retired_at DATETIME,
    PRIMARY KEY (section, id)
);
CREATE TABLE registry_revisions (
    revision INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at DATETIME NOT NULL,
    author VARCHAR(200) NOT NULL,
    summary TEXT NOT NULL
);
CREATE TABLE alert_states (
    gauge_id VARCHAR(64) NOT NULL,
    hazard INTEGER NOT NULL,
    unconfirmed BOOLEAN NOT NULL,
    observed_at DATETIME,
    below TEXT NOT NULL,
    PRIMARY KEY (gauge_id)
);
CREATE TABLE alert_cursors (
    name VARCHAR(32) NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE transitions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    gauge_id VARCHAR(64) NOT NULL,
    station_id VARCHAR(64) NOT NULL,
    from_hazard INTEGER NOT NULL,
    to_hazard INTEGER NOT NULL,
    stage_m FLOAT NOT NULL,
    observed_at DATETIME NOT NULL,
    recorded_at DATETIME NOT NULL,
    reading_seq INTEGER NOT NULL,
    reason VARCHAR(32) NOT NULL,
    unconfirmed BOOLEAN NOT NULL
);
CREATE INDEX ix_transitions_gauge_id ON transitions (gauge_id);
CREATE TABLE deliveries (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    transition_id INTEGER NOT NULL,
    recipient_id VARCHAR(64) NOT NULL,
    channel VARCHAR(32) NOT NULL,
    address VARCHAR(500) NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    outcome VARCHAR(16) NOT NULL,
    attempts INTEGER NOT NULL,
    due_at DATETIME NOT NULL,
    settled_at DATETIME,
    error TEXT NOT NULL,
    FOREIGN KEY(transition_id) REFERENCES transitions (id)
);
CREATE INDEX ix_deliveries_transition_id ON deliveries (transition_id);
CREATE INDEX deliveries_due ON deliveries (channel, outcome, due_at);
