// Command gobdata writes the golden files of this folder: streams of encoding/gob as Cilium's
// agent sends them at its monitor socket, and streams of every kind of type there is.
//
// The types have the names and fields that the agent's have; what they hold is made up.
package main

import (
	"bytes"
	"encoding/gob"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
)

func main() {
	folder := "."
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			log.Fatal(err)
		}
	}
	write("payloads.gob", stream(payloads()...))
	write("kinds.gob", stream(kinds()...))
	write("fields.gob", stream(fields()...))
	for name, record := range records() {
		// As the agent sends it, in a struct of which it is the only field.
		write(name+".event", event(129, LogRecordNotify{record}))
	}
	write("bare.event", event(129, records()["dns-query"]))
	write("labels.event", event(129, withLabels()))
	write("kafka-topics.event", event(129, withTopics()))
	write("notify.event", event(130, AgentNotify{Type: 7, Text: `{"id":7,"pod-name":"web"}`}))
}

func stream(values ...any) []byte {
	var buffer bytes.Buffer
	encoder := gob.NewEncoder(&buffer)
	for _, value := range values {
		if err := encoder.Encode(value); err != nil {
			log.Fatal(err)
		}
	}
	return buffer.Bytes()
}

func event(kind byte, value any) []byte {
	return append([]byte{kind}, stream(value)...)
}

// Payload is what the monitor socket carries.
type Payload struct {
	Data []byte
	CPU  int
	Lost uint64
	Type int
}

func payloads() []any {
	large := make([]byte, 1_000)
	for index := range large {
		large[index] = byte(index * 7)
	}
	return []any{
		&Payload{Data: []byte{1, 133, 7, 0}, CPU: 3, Type: 9},
		&Payload{Lost: 1 << 40, CPU: 1, Type: 2},
		&Payload{Data: large, CPU: 127, Type: 9},
		&Payload{},
		&Payload{Data: event(130, AgentNotify{Type: 2, Text: `{"time":"now"}`}), Type: 9},
		&Payload{Data: []byte{}, Type: 9},
		&Payload{Data: []byte{4}, CPU: 200, Lost: 5, Type: 9},
	}
}

// AgentNotify is a notification of the agent.
type AgentNotify struct {
	Type uint32
	Text string
}

// LogRecordNotify is a record of the access log as it is sent.
type LogRecordNotify struct {
	LogRecord
}

// LogRecord is a record of the access log.
type LogRecord struct {
	Type                string
	Timestamp           string
	NodeAddressInfo     NodeAddressInfo
	ObservationPoint    string
	SourceEndpoint      EndpointInfo
	DestinationEndpoint EndpointInfo
	IPVersion           uint8
	Verdict             string
	Info                string
	Metadata            []string
	TransportProtocol   uint16
	FlowEvent           string
	ServiceInfo         *ServiceInfo
	DropReason          *uint16
	HTTP                *LogRecordHTTP
	Kafka               *LogRecordKafka
	DNS                 *LogRecordDNS
	L7                  *LogRecordL7
}

// NodeAddressInfo tells the addresses of a node.
type NodeAddressInfo struct {
	IPv4 string
	IPv6 string
}

// EndpointInfo is one side of an exchange.
type EndpointInfo struct {
	ID       uint64
	IPv4     string
	IPv6     string
	Port     uint16
	Identity uint64
	Labels   []string
}

// ServiceInfo is the service that an exchange went through.
type ServiceInfo struct {
	Name   string
	IPPort IPPort
}

// IPPort is an address with a port.
type IPPort struct {
	IP   string
	Port uint16
}

// LogRecordHTTP is HTTP.
type LogRecordHTTP struct {
	Code            int
	Method          string
	URL             *url.URL
	Protocol        string
	Headers         http.Header
	MissingHeaders  http.Header
	RejectedHeaders http.Header
}

// KafkaTopic is a topic.
type KafkaTopic struct {
	Topic string
}

// LogRecordKafka is Kafka.
type LogRecordKafka struct {
	ErrorCode     int
	APIVersion    int16
	APIKey        string
	CorrelationID int32
	Topic         KafkaTopic
}

// LogRecordDNS is DNS.
type LogRecordDNS struct {
	Query             string
	IPs               []net.IP
	TTL               uint32
	CNAMEs            []string
	ObservationSource string
	RCode             int
	QTypes            []uint16
	AnswerTypes       []uint16
}

// LogRecordL7 is any other protocol.
type LogRecordL7 struct {
	Proto  string
	Fields map[string]string
}

func base(kind string) LogRecord {
	return LogRecord{
		Type:             kind,
		Timestamp:        "2026-11-24T15:35:06.000000123+01:00",
		NodeAddressInfo:  NodeAddressInfo{IPv4: "192.168.1.1", IPv6: "fd01::1"},
		ObservationPoint: "Ingress",
		SourceEndpoint: EndpointInfo{
			ID: 7, IPv4: "10.0.0.1", IPv6: "fd00::1", Port: 40000, Identity: 1234,
			Labels: []string{"k8s:app=web", "k8s:io.kubernetes.pod.namespace=shop"},
		},
		DestinationEndpoint: EndpointInfo{
			ID: 8, IPv4: "10.0.0.2", IPv6: "fd00::2", Port: 80, Identity: 16777217,
			Labels: []string{"reserved:world"},
		},
		Verdict:           "Forwarded",
		TransportProtocol: 6,
		Metadata:          []string{"a", "b"},
	}
}

func records() map[string]LogRecord {
	target, err := url.Parse("http://user:hunter2@shop.example:8080/cart?item=1#top")
	if err != nil {
		log.Fatal(err)
	}
	request := base("Request")
	request.HTTP = &LogRecordHTTP{
		Method: "GET", URL: target, Protocol: "HTTP/1.1",
		Headers: http.Header{
			"Accept":       {"text/html", "*/*"},
			"Traceparent":  {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
			"X-Request-Id": {"4711"},
		},
		MissingHeaders:  http.Header{"X-Token": {"canary"}},
		RejectedHeaders: http.Header{"X-Bad": {"canary"}},
	}
	request.ServiceInfo = &ServiceInfo{Name: "cart", IPPort: IPPort{IP: "10.96.0.1", Port: 443}}

	response := base("Response")
	response.ObservationPoint = "Egress"
	response.Verdict = "Denied"
	response.IPVersion = 1
	reason := uint16(133)
	response.DropReason = &reason
	response.Info = "rule 1"
	response.HTTP = &LogRecordHTTP{
		Code: 403, Method: "GET", URL: target, Protocol: "HTTP/2",
		Headers: http.Header{"Grpc-Status": {"7"}},
	}

	kafka := base("Request")
	kafka.Verdict = "Redirected"
	kafka.Kafka = &LogRecordKafka{
		ErrorCode: -1, APIVersion: 9, APIKey: "produce", CorrelationID: -5,
		Topic: KafkaTopic{"orders"},
	}

	query := base("Request")
	query.TransportProtocol = 17
	query.DestinationEndpoint.Port = 53
	query.DNS = &LogRecordDNS{
		Query: "shop.example.", ObservationSource: "proxy", QTypes: []uint16{1, 28, 65},
	}

	answer := base("Response")
	answer.TransportProtocol = 17
	answer.Verdict = "Error"
	answer.DNS = &LogRecordDNS{
		Query: "shop.example.",
		IPs: []net.IP{
			net.ParseIP("192.0.2.1"), net.IPv4(192, 0, 2, 2).To4(), net.ParseIP("2001:db8::1"),
		},
		TTL: 4294967295, CNAMEs: []string{"a.example.", "b.example."}, ObservationSource: "proxy",
		RCode: 3, QTypes: []uint16{1}, AnswerTypes: []uint16{5, 1, 65535},
	}

	other := base("Sample")
	other.ObservationPoint = ""
	other.L7 = &LogRecordL7{Proto: "memcache", Fields: map[string]string{"command": "get", "status": "ok"}}

	return map[string]LogRecord{
		"http-request": request, "http-response": response, "kafka": kafka,
		"dns-query": query, "dns-answer": answer, "other": other,
		"empty": {},
	}
}

// Label is a label as newer agents send it.
type Label struct {
	Key    string
	Value  string
	Source string
}

type labelled struct {
	Type                string
	SourceEndpoint      labelledEndpoint
	DestinationEndpoint labelledEndpoint
}

type labelledEndpoint struct {
	ID     uint64
	Labels []Label
}

func withLabels() any {
	return labelled{
		Type: "Request",
		SourceEndpoint: labelledEndpoint{ID: 7, Labels: []Label{
			{Key: "app", Value: "web", Source: "k8s"}, {Key: "world", Source: "reserved"}, {Key: "x"},
		}},
	}
}

type oldKafka struct {
	ErrorCode int
	APIKey    int16
	Topics    []KafkaTopic
}

func withTopics() any {
	return struct {
		Type           string
		SourceEndpoint EndpointInfo
		Kafka          *oldKafka
	}{"Response", EndpointInfo{}, &oldKafka{6, 1, []KafkaTopic{{"first"}, {"second"}}}}
}
