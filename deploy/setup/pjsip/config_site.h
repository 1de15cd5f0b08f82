/* What PJSIP's Python binding is compiled with. A change here makes `make setup` build it anew. */

/* Room: a node carries some 200 calls in two legs each; the defaults stop at 4 calls. */
#define PJ_IOQUEUE_MAX_HANDLES 8192
#define PJSUA_MAX_CALLS 1000
#define PJSUA_MAX_ACC 64
#define PJSUA_MAX_PLAYERS 2000
#define PJSUA_MAX_RECORDERS 2000
#define PJSUA_MAX_CONF_PORTS 8000
#define PJSIP_MAX_TSX_COUNT 16383
#define PJSIP_MAX_DIALOG_COUNT 8191

/* A burst of INVITEs waits in the socket while Python is busy. */
#define PJSIP_UDP_SO_SNDBUF_SIZE (4 * 1024 * 1024)
#define PJSIP_UDP_SO_RCVBUF_SIZE (4 * 1024 * 1024)

/* A browser's offer with ICE candidates and every codec exceeds the default of 4,000 bytes. */
#define PJSIP_MAX_PKT_LEN 16000

/* A stranger who sends to a call's port must send so many packets between two of the real party
 * (they come every 20 ms) before the call is theirs. A phone behind a NAT that gives it a new
 * address in mid-call is followed after five seconds. */
#define PJMEDIA_RTP_NAT_PROBATION_CNT 250

#define PJMEDIA_HAS_VIDEO 0
#define PJSUA_HAS_VIDEO 0
#define PJMEDIA_SRTP_HAS_DTLS 1
#define PJMEDIA_HAS_OPUS_CODEC 1

/* Wrong arguments are answered with an error instead of reading beyond an array. */
#define PJ_ENABLE_EXTRA_CHECK 1
