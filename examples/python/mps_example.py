"""医保读卡示例（Python 3.6 以上，只用标准库）。

    python mps_example.py 03                  读社会保障卡
    python mps_example.py 01 [码 [字节]]      解析电子医保凭证；码是扫码枪扫到的，不给则由读卡服务扫码

最后的“字节”是 resp 的大小，默认 8192，供试验缓冲区太小会怎样。源文件是 UTF-8。
"""
import ctypes
import json
import os
import sys
from xml.etree import ElementTree
from xml.sax.saxutils import escape

if os.name == "nt":
    # __stdcall；用完整路径，Python 3.8 以上不在当前目录中找
    folder = os.path.dirname(os.path.abspath(__file__))
    library = ctypes.WinDLL(os.path.join(folder, "mps_client.dll"))
else:
    library = ctypes.CDLL("libmps_client.so")
library.MPS_Call.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
library.MPS_Call.restype = ctypes.c_int


def call(request, size):
    """调用 MPS_Call，返回应答报文。"""
    # 用空格填满、以 0 结尾：动态库由此知道 resp 有多大。
    resp = ctypes.create_string_buffer(b" " * (size - 1), size)
    ret = library.MPS_Call(request.encode("gbk"), resp)
    if ret != 0:
        raise OSError("MPS_Call 返回 %d" % ret)
    return resp.value.decode("gb18030")  # 包含 GBK，还有四字节的生僻字


def make_request(cert_type, code):
    if code:
        code = "<ec_qr_code>%s</ec_qr_code>" % escape(code)
    return (
        '<?xml version="1.0" encoding="GBK" ?>'
        "<request><Header><funid>N04.00.00.01</funid><sign>0000000000000000</sign></Header>"
        "<Body><mdtrt_cert_type>%s</mdtrt_cert_type>%s</Body></request>" % (cert_type, code)
    )


def main(cert_type="03", code="", size="8192"):
    # 先解码再解析：Python 的 XML 解析器不认识 GBK 字节。
    answer = ElementTree.fromstring(call(make_request(cert_type, code), int(size)))
    for name in "funid", "result", "msg":
        print("%s=%s" % (name, answer.findtext("Header/" + name, "")))
    if answer.findtext("Header/result") != "0":  # 0 成功，其他失败，原因在 msg
        return 1
    if cert_type == "03":
        for name in "idcard_no", "card_no", "name", "card_code":
            print("%s=%s" % (name, answer.findtext("Body/" + name, "")))
    else:
        data = json.loads(answer.findtext("Body/out_put"))["data"]
        if isinstance(data, str):  # 有的中心把 data 写成字符串
            data = json.loads(data)
        for name in "idNo", "userName", "ecToken":
            print("%s=%s" % (name, data[name]))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
