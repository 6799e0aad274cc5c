//! Names from the IANA registries of TLS parameters and extensions.

use flow_core::open_enum;

/// Whether a cipher suite, extension, group, version or signature scheme is one of the values
/// that mean nothing and keep servers tolerant: GREASE, RFC 8701.
#[inline]
#[must_use]
pub const fn is_grease(number: u16) -> bool {
    number & 0x0f0f == 0x0a0a && number >> 8 == number & 0xff
}

open_enum! {
    /// Protocol version.
    TlsVersion(u16) {
        /// SSL 3.0, RFC 6101.
        SSL_3_0 = 0x0300 => "SSL 3.0",
        /// TLS 1.0, RFC 2246.
        TLS_1_0 = 0x0301 => "TLS 1.0",
        /// TLS 1.1, RFC 4346.
        TLS_1_1 = 0x0302 => "TLS 1.1",
        /// TLS 1.2, RFC 5246.
        TLS_1_2 = 0x0303 => "TLS 1.2",
        /// TLS 1.3, RFC 8446.
        TLS_1_3 = 0x0304 => "TLS 1.3",
        /// DTLS 1.3, RFC 9147.
        DTLS_1_3 = 0xfefc => "DTLS 1.3",
        /// DTLS 1.2, RFC 6347.
        DTLS_1_2 = 0xfefd => "DTLS 1.2",
        /// DTLS 1.0, RFC 4347.
        DTLS_1_0 = 0xfeff => "DTLS 1.0",
    }
}

open_enum! {
    /// What a record holds.
    ContentType(u8) {
        /// Change of cipher.
        CHANGE_CIPHER_SPEC = 20 => "change_cipher_spec",
        /// Alert.
        ALERT = 21 => "alert",
        /// Handshake messages.
        HANDSHAKE = 22 => "handshake",
        /// Application data; in TLS 1.3 any encrypted record.
        APPLICATION_DATA = 23 => "application_data",
        /// Heartbeat, RFC 6520.
        HEARTBEAT = 24 => "heartbeat",
    }
}

open_enum! {
    /// Type of a handshake message.
    HandshakeType(u8) {
        /// Request for a new handshake, before TLS 1.3.
        HELLO_REQUEST = 0 => "hello_request",
        /// First message of a client.
        CLIENT_HELLO = 1 => "client_hello",
        /// First message of a server.
        SERVER_HELLO = 2 => "server_hello",
        /// Ticket for a later session.
        NEW_SESSION_TICKET = 4 => "new_session_ticket",
        /// End of early data.
        END_OF_EARLY_DATA = 5 => "end_of_early_data",
        /// Extensions that are encrypted.
        ENCRYPTED_EXTENSIONS = 8 => "encrypted_extensions",
        /// Certificates.
        CERTIFICATE = 11 => "certificate",
        /// Key of the server, before TLS 1.3.
        SERVER_KEY_EXCHANGE = 12 => "server_key_exchange",
        /// Request for a certificate.
        CERTIFICATE_REQUEST = 13 => "certificate_request",
        /// End of the server's first messages, before TLS 1.3.
        SERVER_HELLO_DONE = 14 => "server_hello_done",
        /// Proof of the certificate's key.
        CERTIFICATE_VERIFY = 15 => "certificate_verify",
        /// Key of the client, before TLS 1.3.
        CLIENT_KEY_EXCHANGE = 16 => "client_key_exchange",
        /// End of the handshake.
        FINISHED = 20 => "finished",
        /// Status of the certificate.
        CERTIFICATE_STATUS = 22 => "certificate_status",
        /// New keys.
        KEY_UPDATE = 24 => "key_update",
    }
}

open_enum! {
    /// Severity of an alert.
    AlertLevel(u8) {
        /// Warning.
        WARNING = 1 => "warning",
        /// The connection ends.
        FATAL = 2 => "fatal",
    }
}

open_enum! {
    /// What an alert says.
    AlertDescription(u8) {
        /// The sender closes the connection.
        CLOSE_NOTIFY = 0 => "close_notify",
        /// A message that was not expected.
        UNEXPECTED_MESSAGE = 10 => "unexpected_message",
        /// A record that does not verify.
        BAD_RECORD_MAC = 20 => "bad_record_mac",
        /// Decryption failed.
        DECRYPTION_FAILED = 21 => "decryption_failed",
        /// A record that is too long.
        RECORD_OVERFLOW = 22 => "record_overflow",
        /// Decompression failed.
        DECOMPRESSION_FAILURE = 30 => "decompression_failure",
        /// Nothing that both support.
        HANDSHAKE_FAILURE = 40 => "handshake_failure",
        /// No certificate.
        NO_CERTIFICATE = 41 => "no_certificate",
        /// A certificate that is not right.
        BAD_CERTIFICATE = 42 => "bad_certificate",
        /// A certificate of a type that is not supported.
        UNSUPPORTED_CERTIFICATE = 43 => "unsupported_certificate",
        /// A certificate that was revoked.
        CERTIFICATE_REVOKED = 44 => "certificate_revoked",
        /// A certificate that has expired.
        CERTIFICATE_EXPIRED = 45 => "certificate_expired",
        /// Something else about a certificate.
        CERTIFICATE_UNKNOWN = 46 => "certificate_unknown",
        /// A field that is not right.
        ILLEGAL_PARAMETER = 47 => "illegal_parameter",
        /// An authority that is not known.
        UNKNOWN_CA = 48 => "unknown_ca",
        /// Access denied.
        ACCESS_DENIED = 49 => "access_denied",
        /// A message that could not be decoded.
        DECODE_ERROR = 50 => "decode_error",
        /// A signature or a key that is not right.
        DECRYPT_ERROR = 51 => "decrypt_error",
        /// A version that is not supported.
        PROTOCOL_VERSION = 70 => "protocol_version",
        /// The server wants more security.
        INSUFFICIENT_SECURITY = 71 => "insufficient_security",
        /// An error inside of a peer.
        INTERNAL_ERROR = 80 => "internal_error",
        /// A fall back to a version that is too low.
        INAPPROPRIATE_FALLBACK = 86 => "inappropriate_fallback",
        /// The user gave up.
        USER_CANCELED = 90 => "user_canceled",
        /// No new handshake.
        NO_RENEGOTIATION = 100 => "no_renegotiation",
        /// An extension is missing.
        MISSING_EXTENSION = 109 => "missing_extension",
        /// An extension that was not offered.
        UNSUPPORTED_EXTENSION = 110 => "unsupported_extension",
        /// No server of this name.
        UNRECOGNIZED_NAME = 112 => "unrecognized_name",
        /// A status of the certificate that is not right.
        BAD_CERTIFICATE_STATUS_RESPONSE = 113 => "bad_certificate_status_response",
        /// A shared key that is not known.
        UNKNOWN_PSK_IDENTITY = 115 => "unknown_psk_identity",
        /// A certificate is required.
        CERTIFICATE_REQUIRED = 116 => "certificate_required",
        /// No protocol that both support.
        NO_APPLICATION_PROTOCOL = 120 => "no_application_protocol",
        /// Encrypted Client Hello is required.
        ECH_REQUIRED = 121 => "ech_required",
    }
}

open_enum! {
    /// Type of an extension.
    ExtensionType(u16) {
        /// Name of the server, RFC 6066.
        SERVER_NAME = 0 => "server_name",
        /// Largest fragment, RFC 6066.
        MAX_FRAGMENT_LENGTH = 1 => "max_fragment_length",
        /// Status of the certificate, RFC 6066.
        STATUS_REQUEST = 5 => "status_request",
        /// Groups for the exchange of keys.
        SUPPORTED_GROUPS = 10 => "supported_groups",
        /// Forms of points of curves.
        EC_POINT_FORMATS = 11 => "ec_point_formats",
        /// Signature schemes.
        SIGNATURE_ALGORITHMS = 13 => "signature_algorithms",
        /// Application protocols, RFC 7301.
        ALPN = 16 => "application_layer_protocol_negotiation",
        /// Certificate transparency, RFC 6962.
        SIGNED_CERTIFICATE_TIMESTAMP = 18 => "signed_certificate_timestamp",
        /// Padding, RFC 7685.
        PADDING = 21 => "padding",
        /// RFC 7366.
        ENCRYPT_THEN_MAC = 22 => "encrypt_then_mac",
        /// RFC 7627.
        EXTENDED_MASTER_SECRET = 23 => "extended_master_secret",
        /// Compression of certificates, RFC 8879.
        COMPRESS_CERTIFICATE = 27 => "compress_certificate",
        /// Largest record, RFC 8449.
        RECORD_SIZE_LIMIT = 28 => "record_size_limit",
        /// Ticket of an earlier session, RFC 5077.
        SESSION_TICKET = 35 => "session_ticket",
        /// Shared key of an earlier session.
        PRE_SHARED_KEY = 41 => "pre_shared_key",
        /// Data before the handshake ends.
        EARLY_DATA = 42 => "early_data",
        /// Versions.
        SUPPORTED_VERSIONS = 43 => "supported_versions",
        /// Cookie.
        COOKIE = 44 => "cookie",
        /// How shared keys are used.
        PSK_KEY_EXCHANGE_MODES = 45 => "psk_key_exchange_modes",
        /// Authorities that are trusted.
        CERTIFICATE_AUTHORITIES = 47 => "certificate_authorities",
        /// A certificate may be asked for later.
        POST_HANDSHAKE_AUTH = 49 => "post_handshake_auth",
        /// Signature schemes of certificates.
        SIGNATURE_ALGORITHMS_CERT = 50 => "signature_algorithms_cert",
        /// Key shares.
        KEY_SHARE = 51 => "key_share",
        /// Parameters of QUIC, RFC 9001.
        QUIC_TRANSPORT_PARAMETERS = 57 => "quic_transport_parameters",
        /// Settings of the application protocol (draft).
        APPLICATION_SETTINGS = 17513 => "application_settings",
        /// Encrypted Client Hello, RFC 9849.
        ENCRYPTED_CLIENT_HELLO = 0xfe0d => "encrypted_client_hello",
        /// RFC 5746.
        RENEGOTIATION_INFO = 0xff01 => "renegotiation_info",
    }
}

open_enum! {
    /// Group for the exchange of keys.
    NamedGroup(u16) {
        /// P-256.
        SECP256R1 = 23 => "secp256r1",
        /// P-384.
        SECP384R1 = 24 => "secp384r1",
        /// P-521.
        SECP521R1 = 25 => "secp521r1",
        /// X25519.
        X25519 = 29 => "x25519",
        /// X448.
        X448 = 30 => "x448",
        /// 2,048 bits.
        FFDHE2048 = 256 => "ffdhe2048",
        /// 3,072 bits.
        FFDHE3072 = 257 => "ffdhe3072",
        /// 4,096 bits.
        FFDHE4096 = 258 => "ffdhe4096",
        /// P-256 with ML-KEM-768.
        SECP256R1_MLKEM768 = 4587 => "SecP256r1MLKEM768",
        /// X25519 with ML-KEM-768.
        X25519_MLKEM768 = 4588 => "X25519MLKEM768",
        /// P-384 with ML-KEM-1024.
        SECP384R1_MLKEM1024 = 4589 => "SecP384r1MLKEM1024",
    }
}

open_enum! {
    /// Signature scheme.
    SignatureScheme(u16) {
        /// RSA with SHA-1.
        RSA_PKCS1_SHA1 = 0x0201 => "rsa_pkcs1_sha1",
        /// ECDSA with SHA-1.
        ECDSA_SHA1 = 0x0203 => "ecdsa_sha1",
        /// RSA with SHA-256.
        RSA_PKCS1_SHA256 = 0x0401 => "rsa_pkcs1_sha256",
        /// ECDSA on P-256.
        ECDSA_SECP256R1_SHA256 = 0x0403 => "ecdsa_secp256r1_sha256",
        /// RSA with SHA-384.
        RSA_PKCS1_SHA384 = 0x0501 => "rsa_pkcs1_sha384",
        /// ECDSA on P-384.
        ECDSA_SECP384R1_SHA384 = 0x0503 => "ecdsa_secp384r1_sha384",
        /// RSA with SHA-512.
        RSA_PKCS1_SHA512 = 0x0601 => "rsa_pkcs1_sha512",
        /// ECDSA on P-521.
        ECDSA_SECP521R1_SHA512 = 0x0603 => "ecdsa_secp521r1_sha512",
        /// RSA-PSS with SHA-256, a key for any use.
        RSA_PSS_RSAE_SHA256 = 0x0804 => "rsa_pss_rsae_sha256",
        /// RSA-PSS with SHA-384, a key for any use.
        RSA_PSS_RSAE_SHA384 = 0x0805 => "rsa_pss_rsae_sha384",
        /// RSA-PSS with SHA-512, a key for any use.
        RSA_PSS_RSAE_SHA512 = 0x0806 => "rsa_pss_rsae_sha512",
        /// Ed25519.
        ED25519 = 0x0807 => "ed25519",
        /// Ed448.
        ED448 = 0x0808 => "ed448",
        /// RSA-PSS with SHA-256.
        RSA_PSS_PSS_SHA256 = 0x0809 => "rsa_pss_pss_sha256",
        /// RSA-PSS with SHA-384.
        RSA_PSS_PSS_SHA384 = 0x080a => "rsa_pss_pss_sha384",
        /// RSA-PSS with SHA-512.
        RSA_PSS_PSS_SHA512 = 0x080b => "rsa_pss_pss_sha512",
    }
}
