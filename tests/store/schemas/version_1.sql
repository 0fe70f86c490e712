BEGIN TRANSACTION;
CREATE TABLE events (
	id INTEGER NOT NULL, 
	execution_id TEXT, 
	workflow_id TEXT, 
	type TEXT NOT NULL, 
	time BIGINT NOT NULL, 
	data TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE execution_rollups (
	hour BIGINT NOT NULL, 
	workflow_id TEXT NOT NULL, 
	status TEXT NOT NULL, 
	bucket INTEGER NOT NULL, 
	error_type TEXT NOT NULL, 
	count INTEGER NOT NULL, 
	seconds FLOAT NOT NULL, 
	PRIMARY KEY (hour, workflow_id, status, bucket, error_type)
)
 WITHOUT ROWID

;
CREATE TABLE executions (
	id TEXT NOT NULL, 
	workflow_id TEXT NOT NULL, 
	version INTEGER, 
	text_hash TEXT NOT NULL, 
	folder TEXT, 
	status TEXT NOT NULL, 
	priority INTEGER NOT NULL, 
	created_at BIGINT NOT NULL, 
	start_time BIGINT, 
	end_time BIGINT, 
	trigger_id TEXT, 
	trigger_type TEXT NOT NULL, 
	trigger_name TEXT, 
	error_type TEXT, 
	error_message TEXT, 
	reason TEXT, 
	cancel_wanted TEXT, 
	retry_of TEXT, 
	owner TEXT, 
	idempotency_key TEXT, 
	mark_key BLOB NOT NULL, 
	queued_event BIGINT, 
	ended_event BIGINT, 
	PRIMARY KEY (id)
)
 WITHOUT ROWID

;
CREATE TABLE logs (
	id INTEGER NOT NULL, 
	execution_id TEXT NOT NULL, 
	"key" TEXT, 
	attempt INTEGER NOT NULL, 
	stream TEXT NOT NULL, 
	time BIGINT NOT NULL, 
	line TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema_version','1');
CREATE TABLE owners (
	id TEXT NOT NULL, 
	lock_path TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	started BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE step_executions (
	execution_id TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	step_id TEXT NOT NULL, 
	parent TEXT, 
	position INTEGER, 
	status TEXT NOT NULL, 
	attempt INTEGER DEFAULT 0 NOT NULL, 
	max_attempts INTEGER DEFAULT 1 NOT NULL, 
	branch TEXT, 
	reason TEXT, 
	error_type TEXT, 
	error_message TEXT, 
	start_time BIGINT, 
	end_time BIGINT, 
	started_event BIGINT, 
	ended_event BIGINT, 
	PRIMARY KEY (execution_id, "key")
)
 WITHOUT ROWID

;
CREATE TABLE step_rollups (
	hour BIGINT NOT NULL, 
	workflow_id TEXT NOT NULL, 
	step_id TEXT NOT NULL, 
	bucket INTEGER NOT NULL, 
	count INTEGER NOT NULL, 
	seconds FLOAT NOT NULL, 
	PRIMARY KEY (hour, workflow_id, step_id, bucket)
)
 WITHOUT ROWID

;
CREATE TABLE texts (
	hash TEXT NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (hash)
);
CREATE TABLE triggers (
	id TEXT NOT NULL, 
	workflow_id TEXT NOT NULL, 
	type TEXT NOT NULL, 
	name TEXT NOT NULL, 
	config TEXT NOT NULL, 
	input TEXT DEFAULT '{}' NOT NULL, 
	is_enabled BOOLEAN NOT NULL, 
	source TEXT NOT NULL, 
	last_triggered BIGINT, 
	trigger_count INTEGER DEFAULT 0 NOT NULL, 
	considered BIGINT, 
	next_due BIGINT, 
	error TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE workflow_versions (
	workflow_id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	text_hash TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	PRIMARY KEY (workflow_id, version)
);
CREATE TABLE workflows (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT DEFAULT '' NOT NULL, 
	status TEXT DEFAULT 'draft' NOT NULL, 
	tags TEXT DEFAULT '[]' NOT NULL, 
	owner_id TEXT, 
	is_template BOOLEAN DEFAULT 0 NOT NULL, 
	path TEXT, 
	folder TEXT, 
	origin TEXT DEFAULT 'api' NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	active_version INTEGER, 
	created_at BIGINT NOT NULL, 
	updated_at BIGINT NOT NULL, 
	error TEXT, 
	execution_count INTEGER DEFAULT 0 NOT NULL, 
	completed_count INTEGER DEFAULT 0 NOT NULL, 
	ended_count INTEGER DEFAULT 0 NOT NULL, 
	last_executed BIGINT, 
	deleted_at BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE (path)
);
CREATE INDEX triggers_workflow ON triggers (workflow_id);
CREATE INDEX executions_workflow ON executions (workflow_id, id);
CREATE INDEX executions_status ON executions (status, id);
CREATE INDEX executions_unfinished ON executions (owner) WHERE end_time IS NULL;
CREATE UNIQUE INDEX executions_idempotency ON executions (workflow_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX events_execution ON events (execution_id, id);
CREATE INDEX logs_execution ON logs (execution_id, id);
COMMIT;
