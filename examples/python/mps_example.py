"""医保读卡示例（Python 3.6 以上，只用标准库）。

    python mps_example.py 03                  读社会保障卡
    python mps_example.py 01 [码 [字节]]      解析电子医保凭证；码是扫码枪扫到的，不给则由读卡服务扫码

最后的“字节”是 resp 的大小，默认 8192，供试验缓冲区太小会怎样。源文件是 UTF-8。
退出码：0 读到了病人；1 没有读到，不得使用任何病人的信息；2 没有应答。
"""
import ctypes
import json
import os
import sys
from xml.etree import ElementTree
from xml.sax.saxutils import escape


class Unusable(Exception):
    """应答成功，却不能使用：不得采用其中任何内容。"""


def load():
    if os.name == "nt":
        # __stdcall；用完整路径，Python 3.8 以上不在当前目录中找
        folder = os.path.dirname(os.path.abspath(__file__))
        library = ctypes.WinDLL(os.path.join(folder, "mps_client.dll"))
    else:
        library = ctypes.CDLL("libmps_client.so")
    library.MPS_Call.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    library.MPS_Call.restype = ctypes.c_int
    return library


def call(request, size):
    """调用 MPS_Call，返回应答报文。"""
    # 用空格填满、以 0 结尾：动态库由此知道 resp 有多大。放不下时应答是一份说明原因的失败报文；
    # 不要换个更大的缓冲区自动重试：卡会再读一次，码会再用一次。
    resp = ctypes.create_string_buffer(b" " * (size - 1), size)
    ret = load().MPS_Call(request.encode("gbk"), resp)
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


def parse_object(text):
    """解析 JSON 对象。数字保留原来的写法：18 位的号码不会变成 3.6E+17。"""
    try:
        value = json.loads(text, parse_int=str, parse_float=str)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Unusable("out_put 不是完整的 JSON")
    return value


def member(values, name):
    """字符串或数字，前后不带空格；没有，或是别的，则为空。"""
    value = values.get(name)
    if not isinstance(value, str):
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:  # 单独的 \\ud842：半个字符
        raise Unusable("out_put 不是完整的 JSON")
    return value.strip()


def read_card(answer):
    """应答中的持卡人。"""
    names = "idcard_no", "card_no", "name", "card_code"
    card = {name: answer.findtext("Body/" + name, "").strip() for name in names}
    if not card["name"] or not (card["idcard_no"] or card["card_no"]):
        raise Unusable("应答中没有病人的姓名或号码")
    return card


def read_voucher(answer):
    """应答中的凭证持有人。"""
    out_put = parse_object(answer.findtext("Body/out_put", ""))
    if member(out_put, "code") != "0":  # 有的中心写 "0"，有的写 0
        raise Unusable("out_put 的 code 不是 0")
    data = out_put.get("data")
    if isinstance(data, str):  # 有的中心把 data 写成装着 JSON 的字符串
        data = parse_object(data)
    elif not isinstance(data, dict):
        data = {}
    holder = {name: member(data, name) for name in ("idNo", "userName", "ecToken")}
    holder["idNo"] = holder["idNo"] or member(data, "aac002")
    if not all(holder.values()):
        raise Unusable("应答中没有病人的姓名或号码")
    return holder


def read_patient(cert_type, code, size):
    """调用一次，显示 funid、result、msg，返回病人；失败时返回 None，原因在 msg；应答不能用时抛出 Unusable。"""
    try:
        # 先解码再解析：Python 的 XML 解析器不认识 GBK 字节。
        answer = ElementTree.fromstring(call(make_request(cert_type, code), size))
    except (ElementTree.ParseError, UnicodeDecodeError):
        raise Unusable("应答不是完整的 XML")
    for name in "funid", "result", "msg":
        print("%s=%s" % (name, answer.findtext("Header/" + name, "")))
    if answer.findtext("Header/result") != "0":  # 0 成功，其他失败，原因在 msg
        return None
    return read_card(answer) if cert_type == "03" else read_voucher(answer)


def main(cert_type="03", code="", size="8192"):
    try:
        patient = read_patient(cert_type, code, int(size))
    except Unusable as why:
        print("error=%s，没有采用；请重试，仍不成功请联系信息科" % why)
        return 1
    except OSError as why:
        print("error=%s" % why)
        return 2
    if patient is None:
        return 1
    for name, value in patient.items():
        print("%s=%s" % (name, value))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
