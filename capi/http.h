/* The head of an HTTP/1.1 response, parsed byte by byte: no input, no memory, no system. */
#ifndef HTTP_H
#define HTTP_H

enum {
    HTTP_HEAD_MAX = 8192,      /* bytes of the head, interim responses included */
    HTTP_LENGTH_MAX = 1 << 20, /* largest number believed in a header, bytes */
};

enum http_step { HTTP_MORE, HTTP_COMPLETE, HTTP_MALFORMED };

struct http_head {
    int status; /* 200 to 599, of the final response: interim ones (100 Continue) are skipped */
    int length; /* Content-Length; -1 when absent, HTTP_LENGTH_MAX + 1 for anything larger */
    int needed; /* MPS-Needed, likewise */
    int secret; /* MPS-Refused: secret, from another user's agent */

    /* The rest is the parser's own. */
    int state;
    int size;      /* bytes of the head so far */
    int at;        /* place in the current word */
    int *number;   /* where the current header's number belongs, NULL for any other header */
    char name[20]; /* the current header's name, lower case, cut */
};

void http_head_start(struct http_head *h);

/*
 * http_head_byte takes the next byte. After HTTP_COMPLETE the body begins; after HTTP_MALFORMED
 * nothing may follow. Transfer encodings are malformed: the agent never uses any.
 */
enum http_step http_head_byte(struct http_head *h, char c);

#endif
