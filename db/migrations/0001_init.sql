-- Conventions, for every table:
--   key           INTEGER, handed out in ascending order: what rows are joined by. Callers never see it. None is ever
--                 used again: a call under way may hold one, and a checkpoint puts rows back under those they had.
--   id            what callers say (vol-…, dsnap-…, i-…, a UUID), unique within its organization.
--   organization  the world the row lives in; account: whose it is. Every statement names them. What has this column is
--                 kept in checkpoints; what is about a world, and not in it, says world.
--   account, volume, instance …  the key of a row of the table of that name.
--   …_at          an instant of the world's clock: milliseconds since the Unix epoch, UTC.
--   due_at        when the transition under way ends, and due_action what then happens. NULL due_at with a
--                 due_action: the transition is held.
--   parked        why the transition is held, where it threw when it was due: {"at": due_at, "reason": text}.
-- Statuses are the ones of src/state/engine/transitions.ts; a test holds the CHECKs against it.
-- Three values or more are written with OR, not IN: SQLite would put such a list into a table for each row it checks.

-- A world. clock_now NULL: its time is the process's; otherwise it stands there until it is moved.
CREATE TABLE organization (
  key        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT    NOT NULL UNIQUE,
  clock_now  INTEGER,
  pace       TEXT    NOT NULL CHECK (json_valid(pace)),
  id_seed    TEXT    NOT NULL,
  ids_made   INTEGER NOT NULL DEFAULT 0 CHECK (ids_made >= 0),
  created_at INTEGER NOT NULL
) STRICT;

-- What a reset makes a world from again: a document, unless there is a checkpoint without a name for it.
CREATE TABLE origin (
  world    INTEGER PRIMARY KEY REFERENCES organization (key) ON DELETE CASCADE,
  document TEXT    NOT NULL CHECK (json_valid(document))
) STRICT;

-- A copy of a world. Its rows are in the tables kept_…, one beside each table with a column organization, which
-- src/state/storage/content.ts makes. Without a name: what a reset goes back to.
CREATE TABLE checkpoint (
  key        INTEGER PRIMARY KEY AUTOINCREMENT,
  world      INTEGER NOT NULL REFERENCES organization (key) ON DELETE CASCADE,
  name       TEXT,
  created_at INTEGER NOT NULL,
  UNIQUE (world, name)
) STRICT;

CREATE UNIQUE INDEX checkpoint_origin ON checkpoint (world) WHERE name IS NULL;

-- parent NULL: the organization's own account, whose name is the organization's. position: their order in a world, since
-- an account that is put back has the key that it had. aws_id: the AWS account that it is, which never changes.
CREATE TABLE account (
  key          INTEGER PRIMARY KEY AUTOINCREMENT,
  organization INTEGER NOT NULL REFERENCES organization (key) ON DELETE CASCADE,
  id           TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  aws_id       TEXT    NOT NULL CHECK (length(aws_id) = 12),
  parent       INTEGER REFERENCES account (key) ON DELETE CASCADE,
  position     INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  UNIQUE (organization, id),
  UNIQUE (organization, aws_id),
  UNIQUE (organization, position),
  UNIQUE (organization, key)
) STRICT;

CREATE UNIQUE INDEX account_own ON account (organization) WHERE parent IS NULL;
CREATE INDEX account_parent ON account (parent);

-- A token of the organization's own account is an organization token; any other is an account token.
-- The secret itself is never stored.
CREATE TABLE token (
  key          INTEGER PRIMARY KEY AUTOINCREMENT,
  organization INTEGER NOT NULL,
  account      INTEGER NOT NULL,
  id           TEXT    NOT NULL,
  secret_hash  BLOB    NOT NULL UNIQUE,
  description  TEXT    NOT NULL,
  role_ids     TEXT    NOT NULL CHECK (json_type(role_ids) = 'array'),
  expires_at   INTEGER,
  created_at   INTEGER NOT NULL,
  UNIQUE (organization, id),
  FOREIGN KEY (organization, account) REFERENCES account (organization, key) ON DELETE CASCADE
) STRICT;

CREATE INDEX token_account ON token (organization, account);

-- The AWS role that Datafy uses for an account.
CREATE TABLE role_arn (
  organization INTEGER NOT NULL,
  account      INTEGER NOT NULL,
  arn          TEXT    NOT NULL,
  PRIMARY KEY (organization, account),
  FOREIGN KEY (organization, account) REFERENCES account (organization, key) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Roles that fail Datafy's permission check in a world, and what the check says of them.
CREATE TABLE failing_role (
  organization INTEGER NOT NULL REFERENCES organization (key) ON DELETE CASCADE,
  arn          TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  PRIMARY KEY (organization, arn)
) STRICT, WITHOUT ROWID;

-- A JsonLogic rule: while active, it switches autoscaling on for every volume of its account that it matches.
CREATE TABLE autoscaling_rule (
  key          INTEGER PRIMARY KEY AUTOINCREMENT,
  organization INTEGER NOT NULL,
  account      INTEGER NOT NULL,
  id           TEXT    NOT NULL,
  active       INTEGER NOT NULL CHECK (active IN (0, 1)),
  rule         TEXT    NOT NULL CHECK (json_type(rule) = 'object'),
  UNIQUE (organization, id),
  FOREIGN KEY (organization, account) REFERENCES account (organization, key) ON DELETE CASCADE
) STRICT;

CREATE INDEX autoscaling_rule_account ON autoscaling_rule (organization, account);

-- agent: whether Datafy's agent runs on it; agent_mode and agent_version say something only where it does.
CREATE TABLE instance (
  key               INTEGER PRIMARY KEY AUTOINCREMENT,
  organization      INTEGER NOT NULL,
  account           INTEGER NOT NULL,
  id                TEXT    NOT NULL,
  availability_zone TEXT    NOT NULL,
  instance_type     TEXT    NOT NULL,
  agent             INTEGER NOT NULL CHECK (agent IN (0, 1)),
  agent_mode        TEXT    NOT NULL CHECK (agent_mode IN ('AutoScaler', 'Sensor')),
  agent_version     TEXT    NOT NULL,
  cluster_name      TEXT,
  node_group_name   TEXT,
  tags              TEXT    NOT NULL CHECK (json_type(tags) = 'array'),
  created_at        INTEGER NOT NULL,
  UNIQUE (organization, id),
  FOREIGN KEY (organization, account) REFERENCES account (organization, key) ON DELETE CASCADE
) STRICT;

CREATE INDEX instance_account ON instance (organization, account);

-- What callers name. replaced_by is the id of the ordinary EBS volume that took over when autoscaling was
-- switched off; backing_count is how many EBS volumes stand behind it while it is managed.
CREATE TABLE volume (
  key               INTEGER PRIMARY KEY AUTOINCREMENT,
  organization      INTEGER NOT NULL,
  account           INTEGER NOT NULL,
  id                TEXT    NOT NULL,
  status            TEXT    NOT NULL
                    CHECK (status = 'creating' OR status = 'ordinary' OR status = 'activating'
                           OR status = 'managed' OR status = 'deactivating' OR status = 'replaced'),
  due_at            INTEGER,
  due_action        TEXT,
  parked            TEXT,
  changed_by        INTEGER,
  origin            TEXT    NOT NULL CHECK (origin = 'ebs' OR origin = 'native' OR origin = 'snapshot'),
  restored_from     TEXT,
  replaced_by       TEXT,
  has_source        INTEGER NOT NULL CHECK (has_source IN (0, 1)),
  volume_type       TEXT    NOT NULL,
  size_gb           INTEGER NOT NULL CHECK (size_gb > 0),
  iops              INTEGER NOT NULL CHECK (iops > 0),
  throughput        INTEGER NOT NULL CHECK (throughput > 0),
  availability_zone TEXT    NOT NULL,
  encrypted         INTEGER NOT NULL CHECK (encrypted IN (0, 1)),
  kms_key_id        TEXT,
  datafy_mode       TEXT    NOT NULL CHECK (datafy_mode = 'autoscaling' OR datafy_mode = 'performance'
                                            OR datafy_mode = 'autoscaling_performance'),
  backing_count     INTEGER NOT NULL CHECK (backing_count = 2 OR backing_count = 4 OR backing_count = 6
                                            OR backing_count = 8),
  boot              INTEGER NOT NULL CHECK (boot IN (0, 1)),
  file_system       TEXT    NOT NULL,
  tags              TEXT    NOT NULL CHECK (json_type(tags) = 'array'),
  created_at        INTEGER NOT NULL,
  UNIQUE (organization, id),
  CHECK (due_at IS NULL OR (due_action IS NOT NULL AND parked IS NULL)),
  CHECK ((due_action IS NOT NULL) = (status = 'creating' OR status = 'activating' OR status = 'deactivating')
    OR (status = 'managed' AND due_action = 'drop-source')),
  CHECK (replaced_by IS NULL OR status = 'replaced'),
  CHECK ((restored_from IS NOT NULL) = (origin = 'snapshot')),
  FOREIGN KEY (organization, account) REFERENCES account (organization, key) ON DELETE CASCADE
) STRICT;

CREATE INDEX volume_account ON volume (organization, account);
CREATE INDEX volume_due ON volume (organization, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX volume_parked ON volume (organization) WHERE parked IS NOT NULL;
CREATE UNIQUE INDEX volume_replaces ON volume (organization, replaced_by) WHERE replaced_by IS NOT NULL;

-- An EBS volume of AWS, with all that is its own. Those behind a managed volume are members of it.
CREATE TABLE ebs_volume (
  key               INTEGER PRIMARY KEY AUTOINCREMENT,
  organization      INTEGER NOT NULL,
  account           INTEGER NOT NULL,
  id                TEXT    NOT NULL,
  status            TEXT    NOT NULL CHECK (status = 'creating' OR status = 'available' OR status = 'in-use'),
  due_at            INTEGER,
  due_action        TEXT,
  parked            TEXT,
  changed_by        INTEGER,
  volume_type       TEXT    NOT NULL,
  size_gb           INTEGER NOT NULL CHECK (size_gb > 0),
  iops              INTEGER NOT NULL CHECK (iops > 0),
  throughput        INTEGER NOT NULL CHECK (throughput > 0),
  availability_zone TEXT    NOT NULL,
  encrypted         INTEGER NOT NULL CHECK (encrypted IN (0, 1)),
  kms_key_id        TEXT,
  tags              TEXT    NOT NULL CHECK (json_type(tags) = 'array'),
  created_at        INTEGER NOT NULL,
  UNIQUE (organization, id),
  CHECK (due_at IS NULL OR (due_action IS NOT NULL AND parked IS NULL)),
  CHECK ((due_action IS NOT NULL) = (status = 'creating')),
  FOREIGN KEY (organization, account) REFERENCES account (organization, key) ON DELETE CASCADE
) STRICT;

CREATE INDEX ebs_volume_account ON ebs_volume (organization, account);
CREATE INDEX ebs_volume_due ON ebs_volume (organization, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ebs_volume_parked ON ebs_volume (organization) WHERE parked IS NOT NULL;

-- Which EBS volumes stand behind a managed volume, in array order.
CREATE TABLE member (
  volume       INTEGER NOT NULL REFERENCES volume (key) ON DELETE CASCADE,
  position     INTEGER NOT NULL CHECK (position >= 0),
  organization INTEGER NOT NULL,
  account      INTEGER NOT NULL,
  ebs_volume   INTEGER NOT NULL UNIQUE REFERENCES ebs_volume (key) ON DELETE CASCADE,
  PRIMARY KEY (volume, position)
) STRICT, WITHOUT ROWID;

-- An EBS volume on an instance, under a device name of its own. A device holds one EBS volume at most.
CREATE TABLE ebs_attachment (
  key              INTEGER PRIMARY KEY AUTOINCREMENT,
  organization     INTEGER NOT NULL,
  account          INTEGER NOT NULL,
  ebs_volume       INTEGER NOT NULL UNIQUE REFERENCES ebs_volume (key) ON DELETE CASCADE,
  instance         INTEGER NOT NULL REFERENCES instance (key) ON DELETE CASCADE,
  device_name      TEXT    NOT NULL,
  attachment_point TEXT    NOT NULL,
  delete_on_termination INTEGER NOT NULL CHECK (delete_on_termination IN (0, 1)),
  status           TEXT    NOT NULL CHECK (status = 'attaching' OR status = 'attached' OR status = 'detaching'),
  due_at           INTEGER,
  due_action       TEXT,
  parked           TEXT,
  changed_by       INTEGER,
  started_at       INTEGER NOT NULL,
  UNIQUE (instance, attachment_point),
  CHECK (due_at IS NULL OR (due_action IS NOT NULL AND parked IS NULL)),
  CHECK ((due_action IS NOT NULL) = (status IN ('attaching', 'detaching')))
) STRICT;

CREATE INDEX ebs_attachment_due ON ebs_attachment (organization, due_at, ebs_volume) WHERE due_at IS NOT NULL;
CREATE INDEX ebs_attachment_parked ON ebs_attachment (organization) WHERE parked IS NOT NULL;

-- A change of an EBS volume. It keeps its old values until the change lands.
CREATE TABLE ebs_modification (
  key          INTEGER PRIMARY KEY AUTOINCREMENT,
  organization INTEGER NOT NULL,
  account      INTEGER NOT NULL,
  ebs_volume   INTEGER NOT NULL REFERENCES ebs_volume (key) ON DELETE CASCADE,
  status       TEXT    NOT NULL CHECK (status = 'modifying' OR status = 'completed' OR status = 'failed'),
  due_at       INTEGER,
  due_action   TEXT,
  parked       TEXT,
  changed_by   INTEGER,
  size_gb      INTEGER NOT NULL CHECK (size_gb > 0),
  iops         INTEGER NOT NULL CHECK (iops > 0),
  throughput   INTEGER NOT NULL CHECK (throughput > 0),
  started_at   INTEGER NOT NULL,
  CHECK (due_at IS NULL OR (due_action IS NOT NULL AND parked IS NULL)),
  CHECK ((due_action IS NOT NULL) = (status = 'modifying'))
) STRICT;

CREATE INDEX ebs_modification_volume ON ebs_modification (ebs_volume);
CREATE INDEX ebs_modification_due ON ebs_modification (organization, due_at, ebs_volume) WHERE due_at IS NOT NULL;
CREATE INDEX ebs_modification_parked ON ebs_modification (organization) WHERE parked IS NOT NULL;
CREATE UNIQUE INDEX ebs_modification_one_at_a_time ON ebs_modification (ebs_volume) WHERE status = 'modifying';

-- A change of size, IOPS, throughput, or of the size of an array: backing_count, NULL where that stays. The volume keeps
-- its old values until the change lands.
CREATE TABLE modification (
  key               INTEGER PRIMARY KEY AUTOINCREMENT,
  organization      INTEGER NOT NULL,
  account           INTEGER NOT NULL,
  volume            INTEGER NOT NULL REFERENCES volume (key) ON DELETE CASCADE,
  status            TEXT    NOT NULL CHECK (status = 'modifying' OR status = 'completed' OR status = 'failed'),
  due_at            INTEGER,
  due_action        TEXT,
  parked            TEXT,
  changed_by        INTEGER,
  size_gb           INTEGER NOT NULL CHECK (size_gb > 0),
  iops              INTEGER NOT NULL CHECK (iops > 0),
  throughput        INTEGER NOT NULL CHECK (throughput > 0),
  backing_count     INTEGER CHECK (backing_count = 4 OR backing_count = 6 OR backing_count = 8),
  expand_filesystem INTEGER NOT NULL CHECK (expand_filesystem IN (0, 1)),
  started_at        INTEGER NOT NULL,
  CHECK (due_at IS NULL OR (due_action IS NOT NULL AND parked IS NULL)),
  CHECK ((due_action IS NOT NULL) = (status = 'modifying'))
) STRICT;

CREATE INDEX modification_volume ON modification (volume);
CREATE INDEX modification_due ON modification (organization, due_at, volume) WHERE due_at IS NOT NULL;
CREATE INDEX modification_parked ON modification (organization) WHERE parked IS NOT NULL;
CREATE UNIQUE INDEX modification_one_at_a_time ON modification (volume) WHERE status = 'modifying';

-- A Datafy snapshot: one EBS snapshot per backing volume. generation counts a volume's snapshots up from 0.
-- It outlives its volume, so it knows what a restore needs by itself. ebs_snapshots are in array order, each with the EBS
-- volume that it is of, which may be gone; ebs_first and ebs_last are the lowest and the highest of their ids: between
-- those, an index finds the set that an id is of.
CREATE TABLE snapshot (
  key          INTEGER PRIMARY KEY AUTOINCREMENT,
  organization INTEGER NOT NULL,
  account      INTEGER NOT NULL,
  id           TEXT    NOT NULL,
  volume       INTEGER REFERENCES volume (key) ON DELETE SET NULL,
  volume_id    TEXT    NOT NULL,
  generation   INTEGER NOT NULL CHECK (generation >= 0),
  status       TEXT    NOT NULL CHECK (status = 'pending' OR status = 'completed' OR status = 'error'),
  due_at       INTEGER,
  due_action   TEXT,
  parked       TEXT,
  changed_by   INTEGER,
  size_gb      INTEGER NOT NULL CHECK (size_gb > 0),
  region       TEXT    NOT NULL,
  encrypted    INTEGER NOT NULL CHECK (encrypted IN (0, 1)),
  kms_key_id   TEXT,
  description  TEXT    NOT NULL,
  tags         TEXT    NOT NULL CHECK (json_type(tags) = 'array'),
  started_at   INTEGER NOT NULL,
  ebs_snapshots TEXT   NOT NULL CHECK (json_type(ebs_snapshots) = 'array'),
  ebs_first    TEXT,
  ebs_last     TEXT,
  UNIQUE (organization, id),
  UNIQUE (volume, generation),
  CHECK (due_at IS NULL OR (due_action IS NOT NULL AND parked IS NULL)),
  CHECK ((due_action IS NOT NULL) = (status = 'pending')),
  FOREIGN KEY (organization, account) REFERENCES account (organization, key) ON DELETE CASCADE
) STRICT;

CREATE INDEX snapshot_account ON snapshot (organization, account);
CREATE INDEX snapshot_ebs ON snapshot (organization, ebs_first, ebs_last);
CREATE INDEX snapshot_due ON snapshot (organization, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX snapshot_parked ON snapshot (organization) WHERE parked IS NOT NULL;

-- A volume is on one instance at most, and an attachment point of an instance holds one volume at most. The point is what
-- EC2 takes the device name for: attachmentPoint in src/state/aws/ebs.ts.
CREATE TABLE attachment (
  key                   INTEGER PRIMARY KEY AUTOINCREMENT,
  organization          INTEGER NOT NULL,
  account               INTEGER NOT NULL,
  volume                INTEGER NOT NULL UNIQUE REFERENCES volume (key) ON DELETE CASCADE,
  instance              INTEGER NOT NULL REFERENCES instance (key) ON DELETE CASCADE,
  device_name           TEXT    NOT NULL,
  attachment_point      TEXT    NOT NULL,
  delete_on_termination INTEGER NOT NULL CHECK (delete_on_termination IN (0, 1)),
  status                TEXT    NOT NULL CHECK (status = 'attaching' OR status = 'attached' OR status = 'detaching'),
  due_at                INTEGER,
  due_action            TEXT,
  parked                TEXT,
  changed_by            INTEGER,
  started_at            INTEGER NOT NULL,
  UNIQUE (instance, attachment_point),
  CHECK (due_at IS NULL OR (due_action IS NOT NULL AND parked IS NULL)),
  CHECK ((due_action IS NOT NULL) = (status IN ('attaching', 'detaching')))
) STRICT;

CREATE INDEX attachment_due ON attachment (organization, due_at, volume) WHERE due_at IS NOT NULL;
CREATE INDEX attachment_parked ON attachment (organization) WHERE parked IS NOT NULL;
