//! Names and numbers of the Kafka protocol.

use flow_core::open_enum;

open_enum! {
    /// Kind of a request.
    ApiKey(i16) {
        /// Produce.
        PRODUCE = 0 => "produce",
        /// Fetch.
        FETCH = 1 => "fetch",
        /// ListOffsets.
        LIST_OFFSETS = 2 => "offsets",
        /// Metadata.
        METADATA = 3 => "metadata",
        /// LeaderAndIsr.
        LEADER_AND_ISR = 4 => "leaderandisr",
        /// StopReplica.
        STOP_REPLICA = 5 => "stopreplica",
        /// UpdateMetadata.
        UPDATE_METADATA = 6 => "updatemetadata",
        /// ControlledShutdown.
        CONTROLLED_SHUTDOWN = 7 => "controlledshutdown",
        /// OffsetCommit.
        OFFSET_COMMIT = 8 => "offsetcommit",
        /// OffsetFetch.
        OFFSET_FETCH = 9 => "offsetfetch",
        /// FindCoordinator.
        FIND_COORDINATOR = 10 => "findcoordinator",
        /// JoinGroup.
        JOIN_GROUP = 11 => "joingroup",
        /// Heartbeat.
        HEARTBEAT = 12 => "heartbeat",
        /// LeaveGroup.
        LEAVE_GROUP = 13 => "leavegroup",
        /// SyncGroup.
        SYNC_GROUP = 14 => "syncgroup",
        /// DescribeGroups.
        DESCRIBE_GROUPS = 15 => "describegroups",
        /// ListGroups.
        LIST_GROUPS = 16 => "listgroups",
        /// SaslHandshake.
        SASL_HANDSHAKE = 17 => "saslhandshake",
        /// ApiVersions.
        API_VERSIONS = 18 => "apiversions",
        /// CreateTopics.
        CREATE_TOPICS = 19 => "createtopics",
        /// DeleteTopics.
        DELETE_TOPICS = 20 => "deletetopics",
        /// DeleteRecords.
        DELETE_RECORDS = 21 => "deleterecords",
        /// InitProducerId.
        INIT_PRODUCER_ID = 22 => "initproducerid",
        /// OffsetForLeaderEpoch.
        OFFSET_FOR_LEADER_EPOCH = 23 => "offsetforleaderepoch",
        /// AddPartitionsToTxn.
        ADD_PARTITIONS_TO_TXN = 24 => "addpartitionstotxn",
        /// AddOffsetsToTxn.
        ADD_OFFSETS_TO_TXN = 25 => "addoffsetstotxn",
        /// EndTxn.
        END_TXN = 26 => "endtxn",
        /// WriteTxnMarkers.
        WRITE_TXN_MARKERS = 27 => "writetxnmarkers",
        /// TxnOffsetCommit.
        TXN_OFFSET_COMMIT = 28 => "txnoffsetcommit",
        /// DescribeAcls.
        DESCRIBE_ACLS = 29 => "describeacls",
        /// CreateAcls.
        CREATE_ACLS = 30 => "createacls",
        /// DeleteAcls.
        DELETE_ACLS = 31 => "deleteacls",
        /// DescribeConfigs.
        DESCRIBE_CONFIGS = 32 => "describeconfigs",
        /// AlterConfigs.
        ALTER_CONFIGS = 33 => "alterconfigs",
        /// AlterReplicaLogDirs.
        ALTER_REPLICA_LOG_DIRS = 34 => "alterreplicalogdirs",
        /// DescribeLogDirs.
        DESCRIBE_LOG_DIRS = 35 => "describelogdirs",
        /// SaslAuthenticate.
        SASL_AUTHENTICATE = 36 => "saslauthenticate",
        /// CreatePartitions.
        CREATE_PARTITIONS = 37 => "createpartitions",
        /// CreateDelegationToken.
        CREATE_DELEGATION_TOKEN = 38 => "createdelegationtoken",
        /// RenewDelegationToken.
        RENEW_DELEGATION_TOKEN = 39 => "renewdelegationtoken",
        /// ExpireDelegationToken.
        EXPIRE_DELEGATION_TOKEN = 40 => "expiredelegationtoken",
        /// DescribeDelegationToken.
        DESCRIBE_DELEGATION_TOKEN = 41 => "describedelegationtoken",
        /// DeleteGroups.
        DELETE_GROUPS = 42 => "deletegroups",
        /// ElectLeaders.
        ELECT_LEADERS = 43 => "electleaders",
        /// IncrementalAlterConfigs.
        INCREMENTAL_ALTER_CONFIGS = 44 => "incrementalalterconfigs",
        /// AlterPartitionReassignments.
        ALTER_PARTITION_REASSIGNMENTS = 45 => "alterpartitionreassignments",
        /// ListPartitionReassignments.
        LIST_PARTITION_REASSIGNMENTS = 46 => "listpartitionreassignments",
        /// OffsetDelete.
        OFFSET_DELETE = 47 => "offsetdelete",
        /// DescribeClientQuotas.
        DESCRIBE_CLIENT_QUOTAS = 48 => "describeclientquotas",
        /// AlterClientQuotas.
        ALTER_CLIENT_QUOTAS = 49 => "alterclientquotas",
        /// DescribeUserScramCredentials.
        DESCRIBE_USER_SCRAM_CREDENTIALS = 50 => "describeuserscramcredentials",
        /// AlterUserScramCredentials.
        ALTER_USER_SCRAM_CREDENTIALS = 51 => "alteruserscramcredentials",
        /// Vote.
        VOTE = 52 => "vote",
        /// BeginQuorumEpoch.
        BEGIN_QUORUM_EPOCH = 53 => "beginquorumepoch",
        /// EndQuorumEpoch.
        END_QUORUM_EPOCH = 54 => "endquorumepoch",
        /// DescribeQuorum.
        DESCRIBE_QUORUM = 55 => "describequorum",
        /// AlterPartition.
        ALTER_PARTITION = 56 => "alterpartition",
        /// UpdateFeatures.
        UPDATE_FEATURES = 57 => "updatefeatures",
        /// Envelope.
        ENVELOPE = 58 => "envelope",
        /// FetchSnapshot.
        FETCH_SNAPSHOT = 59 => "fetchsnapshot",
        /// DescribeCluster.
        DESCRIBE_CLUSTER = 60 => "describecluster",
        /// DescribeProducers.
        DESCRIBE_PRODUCERS = 61 => "describeproducers",
        /// BrokerRegistration.
        BROKER_REGISTRATION = 62 => "brokerregistration",
        /// BrokerHeartbeat.
        BROKER_HEARTBEAT = 63 => "brokerheartbeat",
        /// UnregisterBroker.
        UNREGISTER_BROKER = 64 => "unregisterbroker",
        /// DescribeTransactions.
        DESCRIBE_TRANSACTIONS = 65 => "describetransactions",
        /// ListTransactions.
        LIST_TRANSACTIONS = 66 => "listtransactions",
        /// AllocateProducerIds.
        ALLOCATE_PRODUCER_IDS = 67 => "allocateproducerids",
        /// ConsumerGroupHeartbeat.
        CONSUMER_GROUP_HEARTBEAT = 68 => "consumergroupheartbeat",
        /// ConsumerGroupDescribe.
        CONSUMER_GROUP_DESCRIBE = 69 => "consumergroupdescribe",
        /// ControllerRegistration.
        CONTROLLER_REGISTRATION = 70 => "controllerregistration",
        /// GetTelemetrySubscriptions.
        GET_TELEMETRY_SUBSCRIPTIONS = 71 => "gettelemetrysubscriptions",
        /// PushTelemetry.
        PUSH_TELEMETRY = 72 => "pushtelemetry",
        /// AssignReplicasToDirs.
        ASSIGN_REPLICAS_TO_DIRS = 73 => "assignreplicastodirs",
        /// ListClientMetricsResources.
        LIST_CLIENT_METRICS_RESOURCES = 74 => "listclientmetricsresources",
        /// DescribeTopicPartitions.
        DESCRIBE_TOPIC_PARTITIONS = 75 => "describetopicpartitions",
        /// ShareGroupHeartbeat.
        SHARE_GROUP_HEARTBEAT = 76 => "sharegroupheartbeat",
        /// ShareGroupDescribe.
        SHARE_GROUP_DESCRIBE = 77 => "sharegroupdescribe",
        /// ShareFetch.
        SHARE_FETCH = 78 => "sharefetch",
        /// ShareAcknowledge.
        SHARE_ACKNOWLEDGE = 79 => "shareacknowledge",
        /// AddRaftVoter.
        ADD_RAFT_VOTER = 80 => "addraftvoter",
        /// RemoveRaftVoter.
        REMOVE_RAFT_VOTER = 81 => "removeraftvoter",
        /// UpdateRaftVoter.
        UPDATE_RAFT_VOTER = 82 => "updateraftvoter",
    }
}

/// First version of each API whose encoding is flexible: KIP-482.
const FLEXIBLE: [i16; 83] = [
    9,
    12,
    6,
    9,
    4,
    2,
    6,
    3,
    8,
    6,
    3,
    6,
    4,
    4,
    4,
    5,
    3,
    i16::MAX,
    3,
    5,
    4,
    2,
    2,
    4,
    3,
    3,
    3,
    1,
    3,
    2,
    2,
    2,
    4,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    1,
    0,
    0,
    i16::MAX,
    1,
    1,
    0,
    0,
    0,
    1,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
];

impl ApiKey {
    /// Whether requests and responses of a version have the flexible encoding. For an API that
    /// is not known it is taken for flexible, as every new one is.
    #[must_use]
    pub fn is_flexible(self, version: i16) -> bool {
        let first = usize::try_from(self.0)
            .ok()
            .and_then(|index| FLEXIBLE.get(index));
        first.is_none_or(|first| version >= *first)
    }
}

open_enum! {
    /// Outcome of a request, or of a part of it.
    ErrorCode(i16) {
        /// Unknown server error.
        UNKNOWN_SERVER_ERROR = -1 => "UNKNOWN_SERVER_ERROR",
        /// None.
        NONE = 0 => "NONE",
        /// Offset out of range.
        OFFSET_OUT_OF_RANGE = 1 => "OFFSET_OUT_OF_RANGE",
        /// Corrupt message.
        CORRUPT_MESSAGE = 2 => "CORRUPT_MESSAGE",
        /// Unknown topic or partition.
        UNKNOWN_TOPIC_OR_PARTITION = 3 => "UNKNOWN_TOPIC_OR_PARTITION",
        /// Invalid fetch size.
        INVALID_FETCH_SIZE = 4 => "INVALID_FETCH_SIZE",
        /// Leader not available.
        LEADER_NOT_AVAILABLE = 5 => "LEADER_NOT_AVAILABLE",
        /// Not leader or follower.
        NOT_LEADER_OR_FOLLOWER = 6 => "NOT_LEADER_OR_FOLLOWER",
        /// Request timed out.
        REQUEST_TIMED_OUT = 7 => "REQUEST_TIMED_OUT",
        /// Broker not available.
        BROKER_NOT_AVAILABLE = 8 => "BROKER_NOT_AVAILABLE",
        /// Replica not available.
        REPLICA_NOT_AVAILABLE = 9 => "REPLICA_NOT_AVAILABLE",
        /// Message too large.
        MESSAGE_TOO_LARGE = 10 => "MESSAGE_TOO_LARGE",
        /// Stale controller epoch.
        STALE_CONTROLLER_EPOCH = 11 => "STALE_CONTROLLER_EPOCH",
        /// Offset metadata too large.
        OFFSET_METADATA_TOO_LARGE = 12 => "OFFSET_METADATA_TOO_LARGE",
        /// Network exception.
        NETWORK_EXCEPTION = 13 => "NETWORK_EXCEPTION",
        /// Coordinator load in progress.
        COORDINATOR_LOAD_IN_PROGRESS = 14 => "COORDINATOR_LOAD_IN_PROGRESS",
        /// Coordinator not available.
        COORDINATOR_NOT_AVAILABLE = 15 => "COORDINATOR_NOT_AVAILABLE",
        /// Not coordinator.
        NOT_COORDINATOR = 16 => "NOT_COORDINATOR",
        /// Invalid topic exception.
        INVALID_TOPIC_EXCEPTION = 17 => "INVALID_TOPIC_EXCEPTION",
        /// Record list too large.
        RECORD_LIST_TOO_LARGE = 18 => "RECORD_LIST_TOO_LARGE",
        /// Not enough replicas.
        NOT_ENOUGH_REPLICAS = 19 => "NOT_ENOUGH_REPLICAS",
        /// Not enough replicas after append.
        NOT_ENOUGH_REPLICAS_AFTER_APPEND = 20 => "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
        /// Invalid required acks.
        INVALID_REQUIRED_ACKS = 21 => "INVALID_REQUIRED_ACKS",
        /// Illegal generation.
        ILLEGAL_GENERATION = 22 => "ILLEGAL_GENERATION",
        /// Inconsistent group protocol.
        INCONSISTENT_GROUP_PROTOCOL = 23 => "INCONSISTENT_GROUP_PROTOCOL",
        /// Invalid group id.
        INVALID_GROUP_ID = 24 => "INVALID_GROUP_ID",
        /// Unknown member id.
        UNKNOWN_MEMBER_ID = 25 => "UNKNOWN_MEMBER_ID",
        /// Invalid session timeout.
        INVALID_SESSION_TIMEOUT = 26 => "INVALID_SESSION_TIMEOUT",
        /// Rebalance in progress.
        REBALANCE_IN_PROGRESS = 27 => "REBALANCE_IN_PROGRESS",
        /// Invalid commit offset size.
        INVALID_COMMIT_OFFSET_SIZE = 28 => "INVALID_COMMIT_OFFSET_SIZE",
        /// Topic authorization failed.
        TOPIC_AUTHORIZATION_FAILED = 29 => "TOPIC_AUTHORIZATION_FAILED",
        /// Group authorization failed.
        GROUP_AUTHORIZATION_FAILED = 30 => "GROUP_AUTHORIZATION_FAILED",
        /// Cluster authorization failed.
        CLUSTER_AUTHORIZATION_FAILED = 31 => "CLUSTER_AUTHORIZATION_FAILED",
        /// Invalid timestamp.
        INVALID_TIMESTAMP = 32 => "INVALID_TIMESTAMP",
        /// Unsupported sasl mechanism.
        UNSUPPORTED_SASL_MECHANISM = 33 => "UNSUPPORTED_SASL_MECHANISM",
        /// Illegal sasl state.
        ILLEGAL_SASL_STATE = 34 => "ILLEGAL_SASL_STATE",
        /// Unsupported version.
        UNSUPPORTED_VERSION = 35 => "UNSUPPORTED_VERSION",
        /// Topic already exists.
        TOPIC_ALREADY_EXISTS = 36 => "TOPIC_ALREADY_EXISTS",
        /// Invalid partitions.
        INVALID_PARTITIONS = 37 => "INVALID_PARTITIONS",
        /// Invalid replication factor.
        INVALID_REPLICATION_FACTOR = 38 => "INVALID_REPLICATION_FACTOR",
        /// Invalid replica assignment.
        INVALID_REPLICA_ASSIGNMENT = 39 => "INVALID_REPLICA_ASSIGNMENT",
        /// Invalid config.
        INVALID_CONFIG = 40 => "INVALID_CONFIG",
        /// Not controller.
        NOT_CONTROLLER = 41 => "NOT_CONTROLLER",
        /// Invalid request.
        INVALID_REQUEST = 42 => "INVALID_REQUEST",
        /// Unsupported for message format.
        UNSUPPORTED_FOR_MESSAGE_FORMAT = 43 => "UNSUPPORTED_FOR_MESSAGE_FORMAT",
        /// Policy violation.
        POLICY_VIOLATION = 44 => "POLICY_VIOLATION",
        /// Out of order sequence number.
        OUT_OF_ORDER_SEQUENCE_NUMBER = 45 => "OUT_OF_ORDER_SEQUENCE_NUMBER",
        /// Duplicate sequence number.
        DUPLICATE_SEQUENCE_NUMBER = 46 => "DUPLICATE_SEQUENCE_NUMBER",
        /// Invalid producer epoch.
        INVALID_PRODUCER_EPOCH = 47 => "INVALID_PRODUCER_EPOCH",
        /// Invalid txn state.
        INVALID_TXN_STATE = 48 => "INVALID_TXN_STATE",
        /// Invalid producer id mapping.
        INVALID_PRODUCER_ID_MAPPING = 49 => "INVALID_PRODUCER_ID_MAPPING",
        /// Invalid transaction timeout.
        INVALID_TRANSACTION_TIMEOUT = 50 => "INVALID_TRANSACTION_TIMEOUT",
        /// Concurrent transactions.
        CONCURRENT_TRANSACTIONS = 51 => "CONCURRENT_TRANSACTIONS",
        /// Transactional id authorization failed.
        TRANSACTIONAL_ID_AUTHORIZATION_FAILED = 53 => "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
        /// Security disabled.
        SECURITY_DISABLED = 54 => "SECURITY_DISABLED",
        /// Kafka storage error.
        KAFKA_STORAGE_ERROR = 56 => "KAFKA_STORAGE_ERROR",
        /// Sasl authentication failed.
        SASL_AUTHENTICATION_FAILED = 58 => "SASL_AUTHENTICATION_FAILED",
        /// Unknown producer id.
        UNKNOWN_PRODUCER_ID = 59 => "UNKNOWN_PRODUCER_ID",
        /// Fetch session id not found.
        FETCH_SESSION_ID_NOT_FOUND = 70 => "FETCH_SESSION_ID_NOT_FOUND",
        /// Invalid fetch session epoch.
        INVALID_FETCH_SESSION_EPOCH = 71 => "INVALID_FETCH_SESSION_EPOCH",
        /// Fenced leader epoch.
        FENCED_LEADER_EPOCH = 74 => "FENCED_LEADER_EPOCH",
        /// Unknown leader epoch.
        UNKNOWN_LEADER_EPOCH = 75 => "UNKNOWN_LEADER_EPOCH",
        /// Unsupported compression type.
        UNSUPPORTED_COMPRESSION_TYPE = 76 => "UNSUPPORTED_COMPRESSION_TYPE",
        /// Member id required.
        MEMBER_ID_REQUIRED = 79 => "MEMBER_ID_REQUIRED",
        /// Fenced instance id.
        FENCED_INSTANCE_ID = 82 => "FENCED_INSTANCE_ID",
        /// Invalid record.
        INVALID_RECORD = 87 => "INVALID_RECORD",
        /// Throttling quota exceeded.
        THROTTLING_QUOTA_EXCEEDED = 89 => "THROTTLING_QUOTA_EXCEEDED",
        /// Producer fenced.
        PRODUCER_FENCED = 90 => "PRODUCER_FENCED",
        /// Unknown topic id.
        UNKNOWN_TOPIC_ID = 100 => "UNKNOWN_TOPIC_ID",
        /// Inconsistent topic id.
        INCONSISTENT_TOPIC_ID = 103 => "INCONSISTENT_TOPIC_ID",
    }
}
