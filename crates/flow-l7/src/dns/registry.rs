//! Names from the IANA registry "Domain Name System (DNS) Parameters".

use flow_core::open_enum;

open_enum! {
    /// Type of a record or question.
    RecordType(u16) {
        /// IPv4 address.
        A = 1 => "A",
        /// Name server.
        NS = 2 => "NS",
        /// Canonical name.
        CNAME = 5 => "CNAME",
        /// Start of authority.
        SOA = 6 => "SOA",
        /// Null record.
        NULL = 10 => "NULL",
        /// Well-known service.
        WKS = 11 => "WKS",
        /// Domain name pointer.
        PTR = 12 => "PTR",
        /// Host information.
        HINFO = 13 => "HINFO",
        /// Mailbox information.
        MINFO = 14 => "MINFO",
        /// Mail exchange.
        MX = 15 => "MX",
        /// Text.
        TXT = 16 => "TXT",
        /// Responsible person.
        RP = 17 => "RP",
        /// AFS database.
        AFSDB = 18 => "AFSDB",
        /// Signature, RFC 2535.
        SIG = 24 => "SIG",
        /// Key, RFC 2535.
        KEY = 25 => "KEY",
        /// IPv6 address.
        AAAA = 28 => "AAAA",
        /// Location.
        LOC = 29 => "LOC",
        /// Server of a service.
        SRV = 33 => "SRV",
        /// Naming authority pointer.
        NAPTR = 35 => "NAPTR",
        /// Key exchanger.
        KX = 36 => "KX",
        /// Certificate.
        CERT = 37 => "CERT",
        /// Name of a subtree.
        DNAME = 39 => "DNAME",
        /// EDNS, RFC 6891.
        OPT = 41 => "OPT",
        /// Address prefixes.
        APL = 42 => "APL",
        /// Delegation signer.
        DS = 43 => "DS",
        /// SSH key fingerprint.
        SSHFP = 44 => "SSHFP",
        /// IPsec key.
        IPSECKEY = 45 => "IPSECKEY",
        /// Signature, RFC 4034.
        RRSIG = 46 => "RRSIG",
        /// Next secure record.
        NSEC = 47 => "NSEC",
        /// Key, RFC 4034.
        DNSKEY = 48 => "DNSKEY",
        /// DHCP identifier.
        DHCID = 49 => "DHCID",
        /// Next secure record, hashed.
        NSEC3 = 50 => "NSEC3",
        /// Parameters of NSEC3.
        NSEC3PARAM = 51 => "NSEC3PARAM",
        /// TLS certificate association.
        TLSA = 52 => "TLSA",
        /// S/MIME certificate association.
        SMIMEA = 53 => "SMIMEA",
        /// Host identity.
        HIP = 55 => "HIP",
        /// Child's DS.
        CDS = 59 => "CDS",
        /// Child's DNSKEY.
        CDNSKEY = 60 => "CDNSKEY",
        /// OpenPGP key.
        OPENPGPKEY = 61 => "OPENPGPKEY",
        /// Child to parent synchronisation.
        CSYNC = 62 => "CSYNC",
        /// Digest of a zone.
        ZONEMD = 63 => "ZONEMD",
        /// Service binding, RFC 9460.
        SVCB = 64 => "SVCB",
        /// Service binding of HTTPS, RFC 9460.
        HTTPS = 65 => "HTTPS",
        /// Sender policy, RFC 7208 (obsolete).
        SPF = 99 => "SPF",
        /// Transaction key.
        TKEY = 249 => "TKEY",
        /// Transaction signature.
        TSIG = 250 => "TSIG",
        /// Incremental zone transfer.
        IXFR = 251 => "IXFR",
        /// Zone transfer.
        AXFR = 252 => "AXFR",
        /// Every type.
        ANY = 255 => "ANY",
        /// URI.
        URI = 256 => "URI",
        /// Authorised certificate authorities.
        CAA = 257 => "CAA",
    }
}

open_enum! {
    /// Class of a record or question. In multicast DNS (RFC 6762) the highest bit has a meaning
    /// of its own: see [`Question::is_unicast_wanted`](super::Question::is_unicast_wanted).
    Class(u16) {
        /// Internet.
        IN = 1 => "IN",
        /// Chaos.
        CH = 3 => "CH",
        /// Hesiod.
        HS = 4 => "HS",
        /// No class, RFC 2136.
        NONE = 254 => "NONE",
        /// Every class.
        ANY = 255 => "ANY",
    }
}

open_enum! {
    /// Kind of a query.
    Opcode(u8) {
        /// Query.
        QUERY = 0 => "Query",
        /// Inverse query (obsolete).
        IQUERY = 1 => "IQuery",
        /// Server status.
        STATUS = 2 => "Status",
        /// Zone change, RFC 1996.
        NOTIFY = 4 => "Notify",
        /// Dynamic update, RFC 2136.
        UPDATE = 5 => "Update",
        /// Stateful operations, RFC 8490.
        DSO = 6 => "DSO",
    }
}

open_enum! {
    /// Response code, with the four bits of the header and the eight of EDNS.
    Rcode(u16) {
        /// NoError.
        NO_ERROR = 0 => "No Error",
        /// FormErr.
        FORMAT_ERROR = 1 => "Format Error",
        /// ServFail.
        SERVER_FAILURE = 2 => "Server Failure",
        /// NXDomain.
        NX_DOMAIN = 3 => "Non-Existent Domain",
        /// NotImp.
        NOT_IMPLEMENTED = 4 => "Not Implemented",
        /// Refused.
        REFUSED = 5 => "Query Refused",
        /// YXDomain.
        YX_DOMAIN = 6 => "Name Exists when it should not",
        /// YXRRSet.
        YX_RRSET = 7 => "RR Set Exists when it should not",
        /// NXRRSet.
        NX_RRSET = 8 => "RR Set that should exist does not",
        /// NotAuth.
        NOT_AUTHORITATIVE = 9 => "Server Not Authoritative for zone",
        /// NotZone.
        NOT_ZONE = 10 => "Name not contained in zone",
        /// DSOTYPENI.
        DSO_TYPE = 11 => "DSO-TYPE Not Implemented",
        /// BADVERS.
        BAD_VERSION = 16 => "Bad OPT Version",
        /// BADKEY.
        BAD_KEY = 17 => "Key not recognized",
        /// BADTIME.
        BAD_TIME = 18 => "Signature out of time window",
        /// BADMODE.
        BAD_MODE = 19 => "Bad TKEY Mode",
        /// BADNAME.
        BAD_NAME = 20 => "Duplicate key name",
        /// BADALG.
        BAD_ALGORITHM = 21 => "Algorithm not supported",
        /// BADTRUNC.
        BAD_TRUNCATION = 22 => "Bad Truncation",
        /// BADCOOKIE.
        BAD_COOKIE = 23 => "Bad/missing Server Cookie",
    }
}
